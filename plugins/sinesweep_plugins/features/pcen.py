"""Per-channel energy normalisation of mel bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice, Float
from sinesweep_plugins.features.mel_bands import MelBands

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class PCEN(MelBands):
    """Mel bands, each measured against its own recent past: steady noise fades, onsets stand out.

    Wang, Getreuer, Hughes, Lyon and Saurous, "Trainable frontend for robust and far-field keyword spotting" (2017).
    Equal to `librosa.pcen` of the mel spectrogram of magnitudes times 2**31, within a thousandth.
    """

    gain: Annotated[float, Float(0.0, 1.0, search=(0.5, 1.0)), "how far a band's loudness is evened out"] = 0.98
    bias: Annotated[float, Float(0.1, 20.0, log=True, search=(0.5, 10.0)), "added before compression"] = 2.0
    power: Annotated[float, Float(0.05, 1.0, search=(0.1, 0.5)), "exponent of the compression"] = 0.5
    time_constant_ms: Annotated[
        float, Float(10.0, 5000.0, log=True, search=(50.0, 1000.0)), "ms", "how long a band's recent past is"
    ] = 400.0
    trainable: Annotated[
        bool,
        Choice((False, True), search=False),
        "train gain, bias and power of each band with the network; features are then computed anew in every step",
    ] = False

    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The spectrogram of magnitudes, its bands, then their normalisation."""
        from sinesweep_plugins.features.layers.energy_normalization import EnergyNormalization

        time_constant = self.time_constant_ms / 1000 * rate_hz / self.framing(rate_hz).hop_length
        normalization = EnergyNormalization(time_constant, self.gain, self.bias, self.power, self.trainable)
        return [self.spectrogram(rate_hz, power=1), self.filters(rate_hz), normalization]
