"""SideBySide: several layers on one input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sinesweep_plugins.features.layers.fixed import Fixed


@keras.saving.register_keras_serializable(package="sinesweep")
class SideBySide(Fixed):
    """`(batch, samples)` → `(batch, frames, bins)`: what each part makes of it, bin behind bin."""

    def __init__(self, parts: Sequence[keras.Layer], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = list(parts)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Every part on the same input."""
        for part in self.parts:
            part.build(input_shape)

    def call(self, waves: Any) -> Any:
        """All parts have the same frames."""
        return ops.concatenate([part(waves) for part in self.parts], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The sum of their bins."""
        shapes = [part.compute_output_shape(input_shape) for part in self.parts]
        return *shapes[0][:-1], sum(shape[-1] for shape in shapes)

    def get_config(self) -> dict[str, Any]:
        """The parts as Keras writes them."""
        return {**super().get_config(), "parts": [keras.saving.serialize_keras_object(part) for part in self.parts]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SideBySide:
        """The parts made again."""
        parts = [keras.saving.deserialize_keras_object(part) for part in config["parts"]]
        return cls(**{**config, "parts": parts})
