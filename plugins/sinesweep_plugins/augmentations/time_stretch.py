"""Random time stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import CostlyAugmentation
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TimeStretch(CostlyAugmentation):
    """Plays clips faster or slower at the same pitch, by a phase vocoder as librosa's.

    Salamon and Bello, "Deep Convolutional Neural Networks and Data Augmentation for Environmental Sound
    Classification", IEEE SPL 24(3), 2017. A faster clip ends in silence; of a slower one the end is cut off. It costs
    as much as several front ends.
    """

    unsafe_for: ClassVar[frozenset[str]] = frozenset({"tempo", "position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_factor", "probability"})

    max_factor: Annotated[
        float, Float(1.0, 2.0, search=(1.05, 1.3)), "up to so many times as fast, or as slow; even in the logarithm"
    ] = 1.2
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that stretches each by a factor of its own."""
        from sinesweep_plugins.augmentations._speed_layers import RandomTimeStretch

        return RandomTimeStretch(max_factor=self.max_factor, rate_hz=rate_hz, seed=seed, probability=self.probability)
