"""Scale: the values of a regression, z-scored for the network and given back in their own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Scale:
    """Mean and deviation of the values of a training part.

    With them a learning rate means the same for tempi about 120 as for shares below 1.
    """

    mean: float
    deviation: float

    @classmethod
    def of(cls, values: np.ndarray) -> Scale:
        """Measured on values of any shape; where all are the same the deviation counts as 1."""
        return cls(float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64)) or 1.0)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """z-scored values, float32."""
        return ((values - self.mean) / self.deviation).astype(np.float32)

    def layer(self) -> keras.layers.Layer:
        """Turns z-scored answers into values."""
        import keras

        return keras.layers.Rescaling(self.deviation, self.mean, name="values")
