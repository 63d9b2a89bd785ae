"""Dynamic-range compression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Compression(Augmentation):
    """Brings loud and soft parts of clips nearer to each other, as broadcasts and telephones do.

    A feed-forward compressor (Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design", Journal of the
    AES 60(6), 2012) whose threshold lies below the clip's own loudest block and whose make-up gain gives that block its
    level back. Salamon and Bello, "Deep Convolutional Neural Networks and Data Augmentation for Environmental Sound
    Classification", IEEE SPL 24(3), 2017, found that it harms steady sounds.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"loudness"})
    adjustable: ClassVar[frozenset[str]] = frozenset(
        {"min_threshold_db", "max_threshold_db", "max_ratio", "probability"}
    )

    min_threshold_db: Annotated[
        float, Float(0.0, 80.0, search=False), "dB", "least distance from the loudest block to the threshold"
    ] = 10.0
    max_threshold_db: Annotated[
        float, Float(0.0, 80.0, search=(15.0, 50.0)), "dB", "greatest distance from the loudest block to the threshold"
    ] = 30.0
    max_ratio: Annotated[
        float, Float(1.0, 50.0, log=True, search=(2.0, 10.0)), "strongest compression: decibels in for each one out"
    ] = 4.0
    block_ms: Annotated[float, Float(1.0, 200.0, search=False), "ms", "over which a level is measured"] = 10.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a range whose low end is above its high end."""
        check_ranges(self, "threshold_db")

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws threshold and ratio for every clip."""
        from sinesweep_plugins.augmentations._level_layers import RandomCompression

        return RandomCompression(
            min_threshold_db=self.min_threshold_db,
            max_threshold_db=self.max_threshold_db,
            max_ratio=self.max_ratio,
            block=max(1, round(self.block_ms * rate_hz / 1000)),
            seed=seed,
            probability=self.probability,
        )
