"""A clip in 57 numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from sinesweep.contract import HostExtractor, Shape
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible
from sinesweep_plugins.features.description import N_MELS, NAMES, describe
from sinesweep_plugins.features.filterbanks import MelBank


@dataclass(frozen=True)
class Summary(HostExtractor):
    """The description of a whole clip in the GTZAN features table, in 57 numbers of many units; for `mlp`.

    Mean and variance of chroma, RMS, spectral centroid, bandwidth and roll-off, zero crossings, harmonic and percussive
    part; the tempo; mean and variance of 20 MFCC. All are librosa's, computed on the host and kept.
    """

    tools = ("librosa",)
    mixed_units = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none"), search=False),
        "z-score a number with the training part's mean and deviation; the others make little sense over many units",
    ] = "per_bin"
    window_ms: Annotated[
        float, Choice((46.0, 93.0, 186.0), search=False), "ms", "length of a window, to the nearest power of two"
    ] = 93.0

    def frame_length(self, rate_hz: int) -> int:
        """In samples; 2,048 at 22,050 Hz, as in the table."""
        return int(2 ** round(math.log2(self.window_ms * rate_hz / 1000)))

    def check(self, rate_hz: int, samples: int) -> None:
        """Clips that are shorter than a window, and windows too short for the bands under the MFCC."""
        frame_length = self.frame_length(rate_hz)
        if samples < frame_length:
            raise Infeasible(
                f"a clip of {samples} samples at {rate_hz} Hz is shorter than a window of {frame_length}; take a"
                f" window_ms below {self.window_ms:g}, or longer clips"
            )
        if empty := MelBank(rate_hz, frame_length, N_MELS, 0.0, rate_hz / 2, "slaney").empty():
            raise Infeasible(
                f"{empty} of {N_MELS} mel filters are empty at {rate_hz} Hz with windows of {frame_length} samples;"
                f" take a window_ms above {self.window_ms:g}"
            )

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """One frame."""
        return 1, len(NAMES)

    def extract(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """The numbers, in the order of `description.NAMES`."""
        return describe(wave, rate_hz, self.frame_length(rate_hz))[None]
