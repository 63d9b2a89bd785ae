"""Composite: what layers that are made of other layers have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import keras

from sinesweep_plugins.features.layers.fixed import Fixed


class Composite(Fixed):
    """A layer with others inside, which are saved with it."""

    def __init__(self, parts: Sequence[keras.Layer], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = list(parts)

    def build_part(self, part: keras.Layer, input_shape: tuple[int | None, ...]) -> None:
        """Builds one of them; what was read from a file is built already."""
        if not part.built:
            part.build(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The parts as Keras writes them."""
        return {**super().get_config(), "parts": [keras.saving.serialize_keras_object(part) for part in self.parts]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The parts made again."""
        parts = [keras.saving.deserialize_keras_object(part) for part in config["parts"]]
        return cls(**{**config, "parts": parts})
