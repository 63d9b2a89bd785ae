"""Impulse responses from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import CostlyAugmentation
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class ImpulseResponse(CostlyAugmentation):
    """Lets clips sound as in another room, by convolving them with impulse responses of rooms or devices.

    After Ko, Peddinti, Povey, Seltzer and Khudanpur, "A Study on Data Augmentation of Reverberant Speech for Robust
    Speech Recognition", ICASSP 2017. A response begins at its strongest sample, so that nothing moves in time; the clip
    keeps its mean power. Of the folder at most 500 responses are used.
    """

    unsafe_for: ClassVar[frozenset[str]] = frozenset({"background", "timbre"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"probability"})

    folder: Annotated[str, "with the impulse responses, one a file; relative to the sweep file"]
    longest_ms: Annotated[float, Float(1.0, 10_000.0, log=True, search=False), "ms", "where a response is cut off"] = (
        1000.0
    )
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def check_resources(self) -> None:
        """The folder, and the head of every sound in it."""
        from sinesweep_plugins.augmentations._sounds import check_sounds

        check_sounds(self.folder)

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that draws one response a clip."""
        from sinesweep_plugins.augmentations._room_layers import RandomRoom

        return RandomRoom(
            folder=self.folder,
            rate_hz=rate_hz,
            longest_s=self.longest_ms / 1000,
            seed=seed,
            probability=self.probability,
        )
