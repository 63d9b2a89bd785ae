"""FilterAugment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float, Int
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class FilterAugment(Augmentation):
    """Raises some bands of clips and lowers others, as rooms and devices do.

    Nam, Kim and Park, "FilterAugment: An Acoustic Environmental Data Augmentation Method", ICASSP 2022. There the
    change is in decibels of a mel spectrogram; here it is in standard deviations of the normalised features, of which
    6 dB are about a half on logarithmic mel energies.
    """

    stage: ClassVar[Stage] = Stage.FEATURES
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"max_change", "min_bands", "min_bins", "probability"})

    max_change: Annotated[
        float, Float(0.0, 5.0, search=(0.1, 1.0)), "standard deviations", "largest change of a band, up or down"
    ] = 0.5
    kind: Annotated[
        str, Choice(("linear", "step"), search=False), "straight lines between the bands' edges, or one change a band"
    ] = "linear"
    min_bands: Annotated[int, Int(1, 16, search=False), "fewest bands"] = 3
    max_bands: Annotated[int, Int(1, 16, search=(4, 8)), "most bands"] = 6
    min_bins: Annotated[int, Int(1, 64, search=False), "narrowest band, in bins"] = 4
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 1.0

    def check(self) -> None:
        """Refuse a range whose low end is above its high end."""
        check_ranges(self, "bands")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of normalised features that draws bands and changes for every clip."""
        from sinesweep_plugins.augmentations._feature_layers import RandomBandGains

        return RandomBandGains(
            min_bands=self.min_bands,
            max_bands=self.max_bands,
            max_change=self.max_change,
            kind=self.kind,
            min_bins=self.min_bins,
            seed=seed,
            probability=self.probability,
        )
