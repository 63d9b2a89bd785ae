"""The telephone: the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep import Augmentation, Float, Infeasible, Int, Stage

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Telephone(Augmentation):
    """Cuts away what lies above a random frequency and keeps a few bits of μ-law, as telephones and thrifty codecs do.

    The steps are those of ITU-T G.711, "Pulse code modulation of voice frequencies", which has 8 bits.
    """

    contract: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre", "background"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"lowest_cutoff_hz", "highest_cutoff_hz", "probability"})

    lowest_cutoff_hz: Annotated[float, Float(500.0, 20000.0, log=True, search=(1500.0, 3400.0)), "Hz", "narrowest"] = (
        2000.0
    )
    highest_cutoff_hz: Annotated[float, Float(500.0, 20000.0, log=True, search=(3400.0, 8000.0)), "Hz", "widest"] = (
        6000.0
    )
    bits: Annotated[int, Int(3, 12, search=(5, 8)), "bits a sample"] = 8
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a narrowest band that is wider than the widest."""
        if self.lowest_cutoff_hz > self.highest_cutoff_hz:
            raise Infeasible(
                f"lowest_cutoff_hz {self.lowest_cutoff_hz:g} is above highest_cutoff_hz {self.highest_cutoff_hz:g}"
            )

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws a cutoff for every clip, even in octaves."""
        from sinesweep_extras.telephone_layer import RandomTelephone

        cutoffs = self.lowest_cutoff_hz / rate_hz, self.highest_cutoff_hz / rate_hz
        return RandomTelephone(*cutoffs, self.bits, self.probability, seed)
