"""What the suites of layers, networks and losses do with Keras, the same on every backend.

Keras is imported inside: to import a suite costs nothing.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

import numpy as np

from sinesweep.blame import nobodys
from sinesweep.testing.sounds import Array
from sinesweep.testing.suite import PluginSuite
from sinesweep.wording import brief

if TYPE_CHECKING:
    import keras

LEARNING_RATE = 1e3
"""Of the one step of `steps`: so long that the faintest gradient is seen in float32."""


class KerasSuite(PluginSuite):
    """A suite whose plugins make Keras objects: every test begins with the same seeds and leaves nothing behind."""

    def setup_method(self) -> None:
        """Seeds the weights that a test makes."""
        seed(0)

    def teardown_method(self) -> None:
        """Forgets the graphs that a test made."""
        import keras

        keras.backend.clear_session(free_memory=False)


def seed(number: int) -> None:
    """Begins the chance of new weights anew."""
    import keras

    keras.utils.set_random_seed(number)


def array(tensor: Any) -> Array:
    """A tensor of any backend as an array."""
    from keras import ops

    return np.asarray(ops.convert_to_numpy(tensor))


def reloaded(model: keras.Model) -> keras.Model:
    """The model after a `.keras` file, read in Keras' safe mode; AssertionError where it cannot be read."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        try:
            return keras.saving.load_model(file, compile=False, safe_mode=True)
        except nobodys():
            raise
        except BaseException as fault:  # Keras and the layers that it makes anew may raise anything
            raise AssertionError(f"the file cannot be read: {brief(fault)}") from fault


def in_graph(layer: keras.Layer, training: bool) -> keras.Model:
    """A model that calls `layer` in a graph, as in training or outside it, even where it is asked to predict."""
    import keras

    class InGraph(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer

        def call(self, inputs: Any) -> Any:
            return self.layer(inputs, training=training)

    return InGraph()


def exported(model: keras.Model, inputs: Array) -> Array:
    """What the model gives for `inputs` after an export to a SavedModel; another backend than TensorFlow is skipped."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise SkipTest(f"a SavedModel is TensorFlow's, and the backend is {keras.backend.backend()}")
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        return array(keras.layers.TFSMLayer(folder, call_endpoint="serve")(inputs))


def steps(model: keras.Model, inputs: Array, targets: Array, loss: Any = None) -> dict[str, Array]:
    """How one step of gradient descent, by `LEARNING_RATE`, moves each trainable weight, by the weight's path.

    The model is of no use afterwards.

    Args:
        loss: of targets and what the model gives; by default the sum of squared distances.
    """
    import keras

    before = [array(weight) for weight in model.trainable_weights]
    if not before:
        return {}
    loss = loss or keras.losses.MeanSquaredError(reduction="sum")
    model.compile(keras.optimizers.SGD(LEARNING_RATE), loss, run_eagerly=True, jit_compile=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Gradients do not exist")  # a weight that is not moved says so
        model.train_on_batch(inputs, targets)
    return {weight.path: array(weight) - old for weight, old in zip(model.trainable_weights, before, strict=True)}


def expect_gradients(moves: dict[str, Array]) -> None:
    """Every weight was moved, and by finite numbers."""
    wild = [path for path, move in moves.items() if not np.isfinite(move).all()]
    assert not wild, f"the gradients of {', '.join(wild)} are not finite"
    still = [path for path, move in moves.items() if not move.any()]
    assert not still, f"no gradient reaches {', '.join(still)}"
