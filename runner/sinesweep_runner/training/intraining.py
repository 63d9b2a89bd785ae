"""In training: an augmenting layer that is at work outside of a training step."""

from __future__ import annotations

from typing import Any

import keras

from sinesweep_runner import backend


class InTraining(keras.Model):
    """Calls a layer as a training step does, whatever it is called for itself.

    Eager, a phase vocoder takes ten times as long for one clip as in a graph; `predict_on_batch` makes one.
    """

    def __init__(self, layer: keras.layers.Layer) -> None:
        super().__init__()
        self.layer = layer
        self.jit_compile = backend.compiles()

    def call(self, inputs: Any) -> Any:
        """What the layer gives with `training=True`."""
        return self.layer(inputs, training=True)
