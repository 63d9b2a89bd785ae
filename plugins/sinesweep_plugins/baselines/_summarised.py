"""The numbers of the front end `summary`, for clips of any length and rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from sinesweep_plugins.features.description import N_MELS, describe
from sinesweep_plugins.features.filterbanks import MelBank

FRAME_S = 0.093


def summary(wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
    """A waveform `(samples,)` in 57 numbers, float32 `(57,)`; one shorter than a frame is padded with silence."""
    frame = frame_length(rate_hz)
    padded = np.pad(np.asarray(wave, np.float32), (0, max(0, frame - len(wave))))
    return describe(padded, rate_hz, frame)


def frame_length(rate_hz: int) -> int:
    """Samples a frame: the power of two nearest to 93 ms, or the next in which no band under the MFCC is empty."""
    frame = int(2 ** np.round(np.log2(FRAME_S * rate_hz)))
    while MelBank(rate_hz, frame, N_MELS, 0.0, rate_hz / 2, "slaney").empty():
        frame *= 2
    return frame
