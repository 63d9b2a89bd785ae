"""Random noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Noise(Augmentation):
    """Adds white, pink or brown noise at a random signal-to-noise ratio, relative to the clip's own mean power.

    The power of pink noise falls by 3 dB an octave, that of brown noise by 6, both from 20 Hz up. Padding counts as
    part of the clip. A silent clip stays silent.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"background"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"min_snr_db", "max_snr_db", "probability"})

    min_snr_db: Annotated[float, Float(-20.0, 60.0, search=(0.0, 15.0)), "dB", "the loudest noise"] = 10.0
    max_snr_db: Annotated[float, Float(-20.0, 80.0, search=(20.0, 40.0)), "dB", "the softest noise"] = 30.0
    color: Annotated[str, Choice(("white", "pink", "brown")), "how its power falls with frequency"] = "white"
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a softest noise that is louder than the loudest."""
        check_ranges(self, "snr_db")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one ratio a clip, even in decibels."""
        from sinesweep_plugins.augmentations._noise_layers import RandomNoise

        return RandomNoise(
            color=self.color,
            rate_hz=rate_hz,
            min_snr_db=self.min_snr_db,
            max_snr_db=self.max_snr_db,
            seed=seed,
            probability=self.probability,
        )
