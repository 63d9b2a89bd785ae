"""Silence trimming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SilenceTrimming(Augmentation):
    """Takes the silence before the sound away, so that it moves to the beginning, and makes all silent behind it.

    What counts as silence is drawn for every clip. As `librosa.effects.trim`, but by single samples, and filled up with
    zeros to the same length.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"min_threshold_db", "max_threshold_db", "probability"})

    min_threshold_db: Annotated[
        float, Float(0.0, 120.0, search=False), "dB", "least distance from the clip's peak to what counts as silence"
    ] = 20.0
    max_threshold_db: Annotated[
        float, Float(0.0, 120.0, search=(30.0, 60.0)), "dB", "greatest distance from the peak to what counts as silence"
    ] = 50.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a range whose low end is above its high end."""
        check_ranges(self, "threshold_db")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one threshold a clip, even in decibels."""
        from sinesweep_plugins.augmentations._time_layers import RandomSilenceTrimming

        return RandomSilenceTrimming(
            min_threshold_db=self.min_threshold_db,
            max_threshold_db=self.max_threshold_db,
            seed=seed,
            probability=self.probability,
        )
