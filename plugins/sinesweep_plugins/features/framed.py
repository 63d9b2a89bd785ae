"""The settings that all spectral extractors share."""

from __future__ import annotations

import abc
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.contract import FeatureExtractor, Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.features.framing import Framing

if TYPE_CHECKING:
    import keras

MIN_FRAMES = 3
"""With fewer there is nothing to see along time, and no second derivative."""

WINDOWS_MS = (4.0, 16.0, 25.0, 32.0, 46.0, 64.0, 92.0, 128.0, 256.0)
HOPS_MS = (1.0, 5.0, 8.0, 10.0, 12.5, 16.0, 20.0, 25.0, 32.0, 64.0)


@dataclass(frozen=True)
class Framed(FeatureExtractor):
    """An extractor that looks at one short window of sound after another.

    To be implemented by subclasses: `values` and `steps`.
    """

    window_ms: Annotated[float, Choice(WINDOWS_MS, search=(25.0, 32.0, 46.0, 64.0)), "ms", "length of a window"] = 25.0
    hop_ms: Annotated[
        float, Choice(HOPS_MS, search=(10.0, 12.5, 16.0, 20.0)), "ms", "step from one window to the next"
    ] = 10.0
    fft_size: Annotated[
        str,
        Choice(("power_of_two", "double", "window"), search=False),
        "length of the Fourier transform: the next power of two from the window's, twice that, or the window's own",
    ] = "power_of_two"
    window: Annotated[str, Choice(("hann", "hamming"), search=False), "shape of a window"] = "hann"
    deltas: Annotated[int, Int(0, 2, search=False), "derivatives in time that stand behind the values of a frame"] = 0

    def framing(self, rate_hz: int) -> Framing:
        """The lengths in samples."""
        window_length = max(1, round(self.window_ms * rate_hz / 1000))
        power_of_two = 1 << (window_length - 1).bit_length()
        fft_length = {"window": window_length, "power_of_two": power_of_two, "double": 2 * power_of_two}[self.fft_size]
        return Framing(window_length, max(1, round(self.hop_ms * rate_hz / 1000)), fft_length)

    def check(self, rate_hz: int, samples: int) -> None:
        """Windows that leave gaps, and clips with too few frames."""
        if self.hop_ms > self.window_ms:
            raise Infeasible(f"hop_ms {self.hop_ms:g} is longer than window_ms {self.window_ms:g}: sound would be lost")
        framing = self.framing(rate_hz)
        if framing.window_length < 2:
            raise Infeasible(f"window_ms {self.window_ms:g} is less than two samples at {rate_hz} Hz")
        if framing.frames(samples) < MIN_FRAMES:
            raise Infeasible(
                f"a clip of {samples} samples at {rate_hz} Hz gives {framing.frames(samples)} frames with hop_ms "
                f"{self.hop_ms:g}; at least {MIN_FRAMES} are needed"
            )

    @abc.abstractmethod
    def values(self, rate_hz: int) -> int:
        """How many values a frame has, its derivatives aside."""

    @abc.abstractmethod
    def steps(self, rate_hz: int) -> list[keras.Layer]:
        """The layers, one behind another, float32 `(batch, samples)` → `(batch, frames, values)`."""

    def bins(self, rate_hz: int) -> int:
        """The values of a frame, and as many for each derivative."""
        return self.values(rate_hz) * (1 + self.deltas)

    def layer(self, rate_hz: int) -> keras.Layer:
        """The steps, then the derivatives."""
        from sinesweep_plugins.features.layers.clip_by_clip import ClipByClip
        from sinesweep_plugins.features.layers.deltas import Deltas

        derivatives = [Deltas(self.deltas)] if self.deltas else []
        return ClipByClip([*self.steps(rate_hz), *derivatives], name=type(self).__name__)

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bins)`."""
        return self.framing(rate_hz).frames(samples), self.bins(rate_hz)

    def spectrogram(self, rate_hz: int, power: int = 2) -> keras.Layer:
        """`(batch, samples)` → `(batch, frames, fft_length // 2 + 1)`: the first layer of all these extractors."""
        from sinesweep_plugins.features.layers.spectrogram import Spectrogram

        return Spectrogram(**asdict(self.framing(rate_hz)), window=self.window, power=power)
