"""Random low-pass filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float, Int
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LowPass(Augmentation):
    """Takes high frequencies away: microphones, codecs and walls do.

    Butterworth's magnitude at zero phase. Half the sample rate is the highest frequency that there is.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"min_hz", "max_hz", "probability"})

    min_hz: Annotated[
        float, Float(20.0, 20_000.0, log=True, search=(500.0, 3000.0)), "Hz", "lowest cutoff frequency"
    ] = 1000.0
    max_hz: Annotated[float, Float(20.0, 96_000.0, log=True, search=False), "Hz", "highest cutoff frequency"] = 8000.0
    order: Annotated[int, Int(1, 8, search=False), "of Butterworth's curve: 6 dB an octave for each"] = 2
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a range whose low end is above its high end."""
        check_ranges(self, "hz")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one cutoff frequency a clip, even in octaves."""
        from sinesweep_plugins.augmentations._filter_layers import RandomLowPass

        return RandomLowPass(
            rate_hz=rate_hz,
            min_hz=self.min_hz,
            max_hz=self.max_hz,
            order=self.order,
            seed=seed,
            probability=self.probability,
        )
