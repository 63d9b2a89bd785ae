"""Polarity inversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Polarity(Augmentation):
    """Turns clips upside down: a microphone may be wired either way, and nobody hears it.

    It does nothing to magnitudes of a spectrum: it is for networks that see the waveform.
    """

    stage: ClassVar[Stage] = Stage.WAVEFORM
    unsafe_for: ClassVar[frozenset[str]] = frozenset()
    adjustable: ClassVar[frozenset[str]] = frozenset({"probability"})

    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of waveforms that multiplies the chosen ones by -1."""
        from sinesweep_plugins.augmentations._level_layers import RandomPolarity

        return RandomPolarity(seed=seed, probability=self.probability)
