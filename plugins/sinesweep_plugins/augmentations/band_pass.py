"""Random band-pass filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float, Int
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class BandPass(Augmentation):
    """Leaves one band of frequencies, as a telephone does.

    Butterworth's magnitudes at zero phase. The centre is never above a quarter of the sample rate.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"min_hz", "max_hz", "min_octaves", "max_octaves", "probability"})

    min_hz: Annotated[float, Float(20.0, 20_000.0, log=True, search=False), "Hz", "lowest centre of the band"] = 300.0
    max_hz: Annotated[float, Float(20.0, 20_000.0, log=True, search=False), "Hz", "highest centre of the band"] = 2000.0
    min_octaves: Annotated[
        float, Float(0.1, 10.0, search=(1.0, 3.0)), "octaves", "narrowest band, between its cutoff frequencies"
    ] = 2.0
    max_octaves: Annotated[
        float, Float(0.1, 10.0, search=False), "octaves", "widest band, between its cutoff frequencies"
    ] = 5.0
    order: Annotated[int, Int(1, 8, search=False), "of Butterworth's curve: 6 dB an octave for each"] = 2
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse ranges whose low end is above their high end."""
        check_ranges(self, "hz", "octaves")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws centre and width of one band a clip."""
        from sinesweep_plugins.augmentations._filter_layers import RandomBandPass

        return RandomBandPass(
            rate_hz=rate_hz,
            min_hz=self.min_hz,
            max_hz=self.max_hz,
            min_octaves=self.min_octaves,
            max_octaves=self.max_octaves,
            order=self.order,
            seed=seed,
            probability=self.probability,
        )
