"""Framing: how a waveform is cut into frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Framing:
    """Lengths in samples. Frame `i` is centred on sample `i * hop_length`; beyond the clip's ends there is silence."""

    window_length: int
    hop_length: int
    fft_length: int

    @property
    def bins(self) -> int:
        """The bins of a frame's spectrum, from 0 Hz to half the rate."""
        return self.fft_length // 2 + 1

    @property
    def lead(self) -> int:
        """The samples of silence that the first window sees before the clip begins."""
        return self.fft_length // 2 - (self.fft_length - self.window_length) // 2

    def frames(self, samples: int) -> int:
        """The frames of a clip, as many as librosa gives."""
        return 1 + (samples + 2 * (self.fft_length // 2) - self.fft_length) // self.hop_length
