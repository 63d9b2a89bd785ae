"""The shape of a spectrum in six numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice, Float
from sinesweep_plugins.features.framed import Framed

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SpectralShape(Framed):
    """Centroid, bandwidth, roll-off, flatness, zero-crossing rate and RMS of each frame, in this order.

    The first three are shares of half the sample rate; librosa gives them in Hz. Equal to librosa's within 1e-4, the
    roll-off within one bin. RMS and zero crossings are those of the samples under the window.
    """

    mixed_units = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none"), search=False),
        "z-score each number with the training part's mean and deviation; they have no scale in common",
    ] = "per_bin"
    roll_off: Annotated[float, Float(0.5, 0.99, search=False), "the share of the magnitude below the roll-off"] = 0.85

    def values(self, rate_hz: int) -> int:
        """Six numbers."""
        return 6

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """One layer: it needs the waveform too."""
        from sinesweep_plugins.features.layers.shape_numbers import ShapeNumbers

        return [ShapeNumbers(**asdict(self.framing(rate_hz)), window=self.window, roll_off=self.roll_off)]
