"""Background noise from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float
from sinesweep_plugins.augmentations._ranges import check_ranges

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class BackgroundNoise(Augmentation):
    """Adds parts of the sounds of a folder at a random signal-to-noise ratio, relative to the clip's own mean power.

    Of the folder at most 120 sounds and ten minutes are used, of each sound the same share. They must not be those that
    the sweep is judged by. A silent clip stays silent.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"background"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"min_snr_db", "max_snr_db", "probability"})

    folder: Annotated[str, "with the sounds; relative to the sweep file"]
    min_snr_db: Annotated[float, Float(-20.0, 60.0, search=(0.0, 15.0)), "dB", "the loudest noise"] = 10.0
    max_snr_db: Annotated[float, Float(-20.0, 80.0, search=(20.0, 40.0)), "dB", "the softest noise"] = 30.0
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check(self) -> None:
        """Refuse a softest noise that is louder than the loudest."""
        check_ranges(self, "snr_db")

    def check_resources(self) -> None:
        """The folder, and the head of every sound in it."""
        from sinesweep_plugins.augmentations._sounds import check_sounds

        check_sounds(self.folder)

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws a sound, a place in it and a ratio for every clip."""
        from sinesweep_plugins.augmentations._noise_layers import RandomBackground

        return RandomBackground(
            folder=self.folder,
            rate_hz=rate_hz,
            min_snr_db=self.min_snr_db,
            max_snr_db=self.max_snr_db,
            seed=seed,
            probability=self.probability,
        )
