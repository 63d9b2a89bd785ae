"""Random pitch shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import CostlyAugmentation
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class PitchShift(CostlyAugmentation):
    """Moves the pitch of clips up or down, tempo and length staying: a phase vocoder stretches, resampling undoes it.

    Salamon and Bello, "Deep Convolutional Neural Networks and Data Augmentation for Environmental Sound
    Classification", IEEE SPL 24(3), 2017, where it helped most. Formants move along. It costs as much as several front
    ends.
    """

    unsafe_for: ClassVar[frozenset[str]] = frozenset({"pitch", "key", "speaker"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"probability"})

    max_semitones: Annotated[float, Float(0.0, 12.0, search=(0.5, 4.0)), "semitones", "largest shift, up or down"] = 2.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one shift a clip."""
        from sinesweep_plugins.augmentations._speed_layers import RandomPitchShift

        return RandomPitchShift(
            max_semitones=self.max_semitones, rate_hz=rate_hz, seed=seed, probability=self.probability
        )
