"""ClipByClip: layers one behind another, for one clip at a time where that is faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.composite import Composite

LONG = 20_000
"""Samples from which on the spectra of a batch fill the processor's cache, and a loop costs less than memory does."""


@keras.saving.register_keras_serializable(package="sinesweep")
class ClipByClip(Composite):
    """`(batch, samples)` → what its parts make of it, one behind another. None lets a clip see its batch.

    TensorFlow on a processor takes long clips one by one (`benchmarks/features.py`); everything else takes them all at
    once, and so do parts that learn, as a gradient through a loop is slow.
    """

    def __init__(self, parts: Sequence[keras.Layer], **kwargs: Any) -> None:
        super().__init__(parts, **kwargs)
        self._loops = True

    def lower(self, target: str) -> None:
        """One clip at a time is all that an export is for; loops of others than TensorFlow cost more than they save."""
        self._loops = target == "saved_model"

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Every part on what the one before it gives."""
        for part in self.parts:
            self.build_part(part, input_shape)
            input_shape = part.compute_output_shape(input_shape)

    def call(self, waves: Any) -> Any:
        """The same numbers either way."""
        samples = waves.shape[1]
        if samples is None or samples < LONG or self.trainable_weights or not (self._loops and _on_a_processor()):
            return self.at_once(waves)
        return ops.map(lambda wave: self.at_once(wave[None])[0], waves)

    def at_once(self, waves: Any) -> Any:
        """All parts on all clips."""
        for part in self.parts:
            waves = part(waves)
        return waves

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """What the last part gives."""
        for part in self.parts:
            input_shape = part.compute_output_shape(input_shape)
        return input_shape


def _on_a_processor() -> bool:
    """Whether TensorFlow computes, and has no accelerator to do it."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_logical_devices("GPU")
