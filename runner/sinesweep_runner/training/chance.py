"""Chance: where a layer keeps what it draws from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def seed_states(layer: keras.Layer) -> list[keras.Variable]:
    """The states of all its `SeedGenerator`s, those of the layers inside it too; int `(2,)` each."""
    return [variable for variable in layer.variables if variable.path.split("/")[-1] == "seed_generator_state"]
