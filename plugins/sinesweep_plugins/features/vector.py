"""Vectors as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import FeatureExtractor, Shape
from sinesweep.domains import Choice

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Vector(FeatureExtractor):
    """The numbers of a vector as they are, each z-scored by itself: no front end."""

    mixed_units: ClassVar[bool] = True
    takes_vectors: ClassVar[bool] = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none"), search=False),
        "z-score a number with the training part's mean and deviation, a vector with its own, or leave all as it is",
    ] = "per_bin"

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """One frame whose bins are the numbers."""
        return 1, samples

    def layer(self, rate_hz: int) -> keras.Layer:
        """`(batch, numbers)` → `(batch, 1, numbers)`."""
        import keras

        return keras.layers.Reshape((1, -1), dtype="float32", name="vector")
