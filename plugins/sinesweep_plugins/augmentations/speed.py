"""Random speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Speed(Augmentation):
    """Plays clips faster or slower, as a tape does: pitch, tempo and timbre move together.

    Ko, Peddinti, Povey and Khudanpur, "Audio Augmentation for Speech Recognition", Interspeech 2015, with any factor
    instead of 0.9 and 1.1. A faster clip ends in silence; of a slower one the end is cut off.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"pitch", "key", "tempo", "timbre", "speaker", "position"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_factor", "probability"})

    max_factor: Annotated[
        float, Float(1.0, 2.0, search=(1.05, 1.3)), "up to so many times as fast, or as slow; even in the logarithm"
    ] = 1.15
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that resamples each by a factor of its own."""
        from sinesweep_plugins.augmentations._speed_layers import RandomSpeed

        return RandomSpeed(max_factor=self.max_factor, seed=seed, probability=self.probability)
