"""How a clip of any length becomes the waveforms of fixed length that a network takes.

Training, evaluation and prediction use this one definition, so a saved model meets sound as it met it in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinesweep.errors import SweepError

POLICIES = ("pad", "crop", "loop", "windows")


@dataclass(frozen=True)
class Length:
    """The length that the network sees, and what to do with clips of another one.

    Attributes:
        policy: what happens to a clip that is longer / shorter than `samples`.
            `pad`: its beginning / zeros behind it. `crop`: its centre / zeros on both sides.
            `loop`: its beginning / repeated. `windows`: a window every `hop` samples / zeros behind it.
        rate_hz: the sample rate of the waveforms.
        samples: the length of a window.
        hop: samples from one window to the next; only `windows` uses it.

    Raises:
        SweepError: a hop longer than the window.
    """

    policy: str
    rate_hz: int
    samples: int
    hop: int = 0

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"policy must be one of {', '.join(POLICIES)}; got {self.policy!r}")
        if self.rate_hz < 1 or self.samples < 1:
            raise ValueError(f"rate_hz and samples must be at least 1; got {self.rate_hz} and {self.samples}")
        if self.policy == "windows" and not 1 <= self.hop <= self.samples:
            raise SweepError(
                f"audio.hop_s: windows of {self.seconds:g} s every {self.hop / self.rate_hz:g} s would skip sound;"
                f" expected more than 0 and at most {self.seconds:g}"
            )

    @property
    def seconds(self) -> float:
        """The length of a window."""
        return self.samples / self.rate_hz

    def count(self, samples: int) -> int:
        """How many windows a clip of `samples` samples gives; at least one."""
        if self.policy != "windows" or samples <= self.samples:
            return 1
        return 1 + -((self.samples - samples) // self.hop)

    def windows(self, wave: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """A mono waveform `(n,)` → float32 `(count(n), samples)`, an array of its own."""
        return np.stack([self.window(wave, number) for number in range(self.count(len(wave)))])

    def window(self, wave: np.ndarray[Any, Any], number: int) -> np.ndarray[Any, Any]:
        """One window of a mono waveform `(n,)`, counted from 0 → float32 `(samples,)`.

        The last of many ends with the clip, so it may overlap its neighbour more than the others do.
        """
        spare = len(wave) - self.samples
        if spare < 0:
            return self._filled(wave)
        start = {"windows": min(number * self.hop, spare), "crop": spare // 2}.get(self.policy, 0)
        return wave[start : start + self.samples].astype(np.float32, copy=False)

    def _filled(self, wave: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if self.policy == "loop":
            return np.resize(wave, self.samples).astype(np.float32, copy=False)
        filled = np.zeros(self.samples, np.float32)
        before = (self.samples - len(wave)) // 2 if self.policy == "crop" else 0
        filled[before : before + len(wave)] = wave
        return filled


def aggregate(
    window_probabilities: np.ndarray[Any, Any], owners: np.ndarray[Any, Any] | Sequence[int], clips: int
) -> np.ndarray[Any, Any]:
    """The mean over each clip's windows.

    Args:
        window_probabilities: `(n, classes)`.
        owners: the clip of each window, 0 … `clips` - 1, `(n,)`; every clip owns at least one.
        clips: how many clips there are.

    Returns:
        float64 `(clips, classes)`.
    """
    counts = np.bincount(owners, minlength=clips)
    if len(counts) != clips or not counts.all():
        raise ValueError(f"owners must name each of {clips} clips at least once, and no other")
    sums = np.zeros((clips, window_probabilities.shape[1]))
    np.add.at(sums, np.asarray(owners), window_probabilities)
    return sums / counts[:, None]
