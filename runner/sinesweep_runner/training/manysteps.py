"""Many steps: training steps without any Python between them.

They are one graph of TensorFlow, which picks its batches from examples that lie on the device. Beside a small network's
numbers, what Python does to hand them over is much. The values are those of steps that are taken one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from sinesweep_runner.training.batches import Source
from sinesweep_runner.training.trainee import Trainee

CALL_SECONDS = 0.5
"""A call takes about so long: only between two does Python hear of a Ctrl-C."""

DEVICE_BYTES = 512 * 2**20
"""Examples that take more than this do not lie on the device together."""

WORTH_STEPS = 200
"""Training of fewer steps does not save what the first call of this graph takes more than that of a single step."""


class StepGraph:
    """Steps of a trainee in one graph, which is traced at its first use; all batches are of one size."""

    def __init__(self, trainee: Trainee) -> None:
        self._trainee = trainee
        self._graph: Callable[..., Any] | None = None

    @property
    def traced(self) -> bool:
        """Whether it has been used."""
        return self._graph is not None

    def __call__(self, x: Any, targets: Any, batches: np.ndarray, rates: np.ndarray) -> np.ndarray:
        """The losses of the steps, float32; none is taken after one whose loss is not finite.

        Args:
            x, targets: tensors of examples, `(examples, …)`.
            batches: which of them each step takes, int64 `(steps, size)`.
            rates: the learning rate of each step, float32 `(steps,)`.
        """
        import tensorflow as tf

        given = x, targets, batches, rates
        if self._graph is None:
            signature = [tf.TensorSpec([None, *each.shape[1:]], each.dtype) for each in given]
            self._graph = tf.function(self._steps, input_signature=signature, autograph=False)
        return np.asarray(self._graph(*given))

    def _steps(self, x: Any, targets: Any, batches: Any, rates: Any) -> Any:
        import tensorflow as tf

        count = tf.shape(batches)[0]

        def goes_on(done: Any, loss: Any, losses: Any) -> Any:
            return (done < count) & tf.math.is_finite(loss)

        def step(done: Any, loss: Any, losses: Any) -> tuple[Any, Any, Any]:
            batch = {"x": tf.gather(x, batches[done]), "targets": tf.gather(targets, batches[done])}
            self._trainee.optimizer.learning_rate = rates[done]
            self._trainee.reset_metrics()
            loss = self._trainee.train_step((batch,))["loss"]
            return done + 1, loss, losses.write(done, loss)

        none = tf.TensorArray(tf.float32, count, element_shape=())
        done, _, losses = tf.while_loop(goes_on, step, (0, 0.0, none), parallel_iterations=1)
        return losses.stack()[:done]


class Walk:
    """One learner's way through its examples: many steps a call where that can be done and is worth it, else one."""

    def __init__(self, trainee: Trainee, graph: StepGraph, targets: np.ndarray, steps: int) -> None:
        """Begins.

        Args:
            graph: of the trainee.
            targets: of all examples, float32 `(examples, outputs)`.
            steps: how many are to come.
        """
        self._trainee, self._graph, self._targets = trainee, graph, targets
        self._worth = keras.backend.backend() == "tensorflow" and (graph.traced or steps >= WORTH_STEPS)
        self._near: tuple[Any, Any] | None = None  # examples and targets on the device
        self._count = 1

    def take(self, source: Source, batches: np.ndarray, rates: np.ndarray) -> list[float]:
        """The losses of the first of these steps, as many as a call takes; only the last may be not finite.

        Args:
            source: the examples; the same array in every call, if it is one.
            batches: the examples of the steps to come, int64 `(steps, size)`.
            rates: their learning rates, float32 `(steps,)`.
        """
        if self._worth and isinstance(source, np.ndarray) and source.nbytes <= DEVICE_BYTES:
            return self._many(source, batches[: self._count], rates[: self._count])
        batch = {"x": source[batches[0]], "targets": self._targets[batches[0]]}
        self._trainee.optimizer.learning_rate = float(rates[0])
        return [float(self._trainee.train_on_batch(batch, return_dict=True)["loss"])]

    def _many(self, source: np.ndarray, batches: np.ndarray, rates: np.ndarray) -> list[float]:
        began = time.perf_counter()
        if self._near is None:
            self._near = keras.ops.convert_to_tensor(source), keras.ops.convert_to_tensor(self._targets)
        losses: list[float] = self._graph(*self._near, batches, rates).tolist()
        self._count = max(1, int(CALL_SECONDS * len(losses) / (time.perf_counter() - began)))
        return losses
