"""Tuning: how far a recording's notes lie from those of A = 440 Hz."""

from __future__ import annotations

from typing import Any

import numpy as np


def estimated_tuning(spectrogram: np.ndarray[Any, Any], rate_hz: int, bands_per_octave: int) -> float:
    """What `librosa.estimate_tuning` says of a spectrogram `(bins, frames)`, as a part of the step between two bands.

    Where there is no pitch at all, in silence or a click, it is 0, without librosa's warning.
    """
    import librosa

    pitches_hz, magnitudes = librosa.piptrack(S=spectrogram, sr=rate_hz)
    pitched = pitches_hz > 0
    if not pitched.any():
        return 0.0
    clear = pitched & (magnitudes >= np.median(magnitudes[pitched]))
    return float(librosa.pitch_tuning(pitches_hz[clear], bins_per_octave=bands_per_octave))
