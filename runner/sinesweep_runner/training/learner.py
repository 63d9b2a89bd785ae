"""Learner: one network in training. It takes epochs and gives answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sinesweep.contract import Stage
from sinesweep.dataset import Task
from sinesweep.lengths import aggregate
from sinesweep_runner import backend
from sinesweep_runner.training.assembly import Step, build_answerer, build_augmentations, build_loss, build_network
from sinesweep_runner.training.batches import answers, shuffled, steps_per_epoch
from sinesweep_runner.training.failures import NotANumber, blaming
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.optimizers import optimizer
from sinesweep_runner.training.scale import Scale
from sinesweep_runner.training.variants import Variants

if TYPE_CHECKING:
    import keras


class Learner:
    """Learns from some of the clips of `inputs`; everything random follows from `seed`."""

    def __init__(self, inputs: Inputs, clips: Sequence[int], seed: int, epochs: int | None = None) -> None:
        """Builds the network, measures the statistics of these clips, and makes ready to train.

        Args:
            epochs: over how many the schedule of the learning rate goes; None for what the configuration says.
        """
        import keras

        # Not at the top: this module is read by ways that need no Keras.
        from sinesweep_runner.training.normalisation import normaliser

        keras.utils.set_random_seed(seed % 2**32)
        self._inputs, self._seed, self._fit = inputs, seed, inputs.parts.fit
        self._rows = inputs.rows_of(clips)
        self._variants, self._targets = Variants(inputs, seed), inputs.material.wanted()[inputs.windows.owners]
        self._scale = Scale.of(self._targets[self._rows]) if inputs.material.task is Task.REGRESSION else None
        if self._scale is not None:
            self._targets = self._scale.apply(self._targets)
        self._front = inputs.front()
        with inputs.watch.phase("build"):
            batches = inputs.feature_batches(self._front, self._rows)
            self._normaliser = normaliser(inputs.parts.features, batches)
            self.network = build_network(inputs.parts, inputs.config, inputs.shape, inputs.material.outputs)
            self._answerer = self._build_answerer()
            self._trainee = self._build_trainee(epochs or self._fit.epochs)

    def train_epoch(self, epoch: int) -> float:
        """One pass over the clips, epochs counted from 1; the mean loss.

        Raises:
            NotANumber: the loss of a step was not finite.
        """
        losses, source = [], self._variants.source_of(epoch)
        for step, rows in enumerate(shuffled(self._rows, self._fit.batch_size, (self._seed, epoch)), 1):
            batch = {"x": source[rows], "targets": self._targets[rows]}
            # The backend traces the graph in the very first step, which then takes as long as many others.
            with self._inputs.watch.phase("trace" if (epoch, step) == (1, 1) else "fit"):
                losses.append(float(self._trainee.train_on_batch(batch, return_dict=True)["loss"]))
            if not np.isfinite(losses[-1]):
                raise NotANumber(
                    f"the loss became {losses[-1]} in step {step} of epoch {epoch};"
                    f" a learning_rate below {self._fit.learning_rate:g} may help"
                )
        return float(np.mean(losses))

    def answer(self, clips: Sequence[int]) -> np.ndarray:
        """Probabilities or values for these clips, in their order, float32 `(clips, outputs)`.

        Raises:
            NotANumber: some of them are not finite.
        """
        with self._inputs.watch.phase("evaluate"):
            rows = self._inputs.rows_of(clips)
            given = answers(self._answerer, self._inputs.answer_source(), rows)
        if not np.isfinite(given).all():
            raise NotANumber(
                "the network's answers became NaN or infinite;"
                f" a learning_rate below {self._fit.learning_rate:g} may help"
            )
        place = {clip: i for i, clip in enumerate(clips)}
        owners = [place[clip] for clip in self._inputs.windows.owners[rows]]
        return aggregate(given, owners, len(clips)).astype(np.float32)

    def predictor(self) -> keras.Model:
        """The whole way as one model: float32 `(batch, *entry_shape)` of the inputs → answers `(batch, outputs)`.

        It begins with waveforms, or, where a host extractor stands before it, with features.
        """
        layers = [self._normaliser] if self._front is None else [self._front, self._normaliser]
        return build_answerer(layers, self._inputs.entry_shape, self.network, self._answer())

    def _build_answerer(self) -> keras.Model:
        if not self._inputs.kept:
            return self.predictor()
        return build_answerer([self._normaliser], self._inputs.shape, self.network, self._answer())

    def _answer(self) -> keras.layers.Layer:
        """What turns logits into answers."""
        import keras

        if self._scale is not None:
            return self._scale.layer()
        return keras.layers.Activation(self._inputs.material.task.activation, name="probabilities")

    def _build_trainee(self, epochs: int) -> keras.Model:
        from sinesweep_runner.training.trainee import Trainee

        inputs, config = self._inputs, self._inputs.config
        loss = build_loss(inputs.parts, config, inputs.material.task)
        front = Step("features", config["features"]["name"], self._front)
        before = (*self._augmentations(Stage.WAVEFORM), *self._augmentations(Stage.WAVEFORM_BATCH))
        steps = [
            *((*before, front) if inputs.from_waveform else ()),
            Step("features", config["features"]["name"], self._normaliser),
            *self._augmentations(Stage.FEATURES),
            *self._augmentations(Stage.BATCH),
        ]
        network = Step("architecture", config["architecture"]["name"], self.network)
        trainee = Trainee(steps, network, loss, self._class_weights())
        chosen = optimizer(self._fit, epochs * steps_per_epoch(len(self._rows), self._fit.batch_size))
        trainee.compile(chosen, jit_compile=backend.compiles())
        # An optimizer that is built while a step is traced makes TensorFlow trace that step twice.
        chosen.build(trainee.trainable_variables)
        return trainee

    def _class_weights(self) -> np.ndarray | None:
        """How much a clip of each class counts, as the settings of training and the loss would have it."""
        from sinesweep_runner.training.trainee import balanced_weights

        inputs, targets = self._inputs, self._targets[self._rows]
        if inputs.material.task is not Task.CLASSIFICATION:
            return None
        with blaming("loss", inputs.config["loss"]["name"], "class_weights"):
            of_loss = inputs.parts.loss.class_weights(targets.sum(axis=0))
        of_fit = balanced_weights(targets) if self._fit.class_weights == "balanced" else None
        given = [weights for weights in (of_fit, of_loss) if weights is not None]
        return np.prod(given, axis=0).astype(np.float32) if given else None

    def _augmentations(self, stage: Stage) -> list[Step]:
        inputs = self._inputs
        rate_hz = inputs.material.length.rate_hz
        return build_augmentations(inputs.parts, inputs.config, stage, rate_hz, self._seed % 2**31)
