"""The constant-Q chromagram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from sinesweep.domains import Choice
from sinesweep_plugins.features.constant_q import ConstantQ
from sinesweep_plugins.features.tuning import estimated_tuning

BANDS_PER_OCTAVE = 36
TUNING_FFT = 2048
"""As in librosa's own estimate."""


@dataclass(frozen=True)
class ChromaCQT(ConstantQ):
    """How strong each note of the octave is, whichever octave it is in; librosa's, computed on the host and kept."""

    n_chroma: Annotated[int, Choice((12, 36), search=False), "notes of an octave, the first of them C"] = 12
    tuning: Annotated[
        str,
        Choice(("estimated", "standard"), search=False),
        "shift the bands to the tuning of each clip, or leave them at A = 440 Hz",
    ] = "estimated"

    def bands_per_octave(self) -> int:
        """Three a semitone."""
        return BANDS_PER_OCTAVE

    def bins(self) -> int:
        """One value a note."""
        return self.n_chroma

    def extract(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """Sums over octaves; the strongest note of a frame is 1."""
        import librosa

        chroma = librosa.feature.chroma_cqt(
            C=self.transform(wave, rate_hz, self._tuning(wave, rate_hz)),
            sr=rate_hz,
            hop_length=self.hop_length(rate_hz),
            fmin=self.fmin_hz,
            n_chroma=self.n_chroma,
            n_octaves=self.octaves,
            bins_per_octave=BANDS_PER_OCTAVE,
        )
        return np.ascontiguousarray(chroma.T, "float32")

    def _tuning(self, wave: np.ndarray[Any, Any], rate_hz: int) -> float:
        """A part of the step between two bands."""
        import librosa

        if self.tuning == "standard":
            return 0.0
        spectrogram = np.abs(librosa.stft(self.filled(wave, rate_hz), n_fft=TUNING_FFT))
        return estimated_tuning(spectrogram, rate_hz, BANDS_PER_OCTAVE)
