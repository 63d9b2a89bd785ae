"""A stream: sound that is still coming, such as a microphone's, and answers as soon as they can be given."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sinesweep.errors import ArtifactError
from sinesweep_runner.model.answerer import Answerer
from sinesweep_runner.model.told import Decision, Prediction
from sinesweep_runner.model.windowing import Windower, hop_of
from sinesweep_runner.sound.audiofile import mono
from sinesweep_runner.sound.streaming import Resampler

MOST_CHANNELS = 64
"""More than any microphone has: samples and channels have changed places."""


class Stream:
    """Asks a model about every window of a stream; chunks of any size give the answers of the whole.

    Args:
        model: one that takes sound.
        hop_s: from one window to the next; by default the model's own, or half a window.
        threshold: from which probability on a class is told, as in `predict`.

    Raises:
        ArtifactError: the model takes vectors, or a hop or threshold that cannot be.
    """

    def __init__(self, model: Answerer, hop_s: float | None = None, threshold: float | None = None) -> None:
        if model.columns:
            raise ArtifactError("this model is asked about vectors; a stream is of sound")
        self._model, self._decision = model, Decision.of(model, threshold)
        self._windower = Windower(model.length, hop_of(model.length, hop_s))
        self._native_hz, self._resampler, self._heard = 0, Resampler(1, 1), 0

    def feed(self, samples: np.ndarray, rate_hz: int) -> list[Prediction]:
        """The next chunk → a prediction, with its times, for every window that is whole by now; often none.

        Args:
            samples: `(n,)` or `(n, channels)`: floats from -1 to 1, or signed integers of full scale.
            rate_hz: the same in every call.

        Raises:
            ArtifactError: chunks that are none of these, hold NaN, or change their rate.
        """
        wave = self._resampled(_floats(samples), rate_hz)
        self._heard += len(wave)
        return self._answers(self._windower.feed(wave))

    def end(self) -> list[Prediction]:
        """The predictions about what no window has covered yet, when nothing more comes."""
        rest = self._resampler.end()
        self._heard += len(rest)
        return [*self._answers(self._windower.feed(rest)), *self._answers(self._windower.end())]

    def _resampled(self, channels: np.ndarray, rate_hz: int) -> np.ndarray:
        if not self._native_hz:
            if rate_hz < 1:
                raise ArtifactError(f"the stream's rate is {rate_hz} Hz; expected more than 0")
            self._native_hz, self._resampler = rate_hz, Resampler(rate_hz, self._model.length.rate_hz)
        if rate_hz != self._native_hz:
            raise ArtifactError(
                f"the stream began at {self._native_hz} Hz and goes on at {rate_hz} Hz; begin a new Stream for that"
            )
        return self._resampler.feed(mono(channels, "stream"))

    def _answers(self, windows: Iterable[tuple[int, np.ndarray]]) -> list[Prediction]:
        found = list(windows)
        if not found:
            return []
        numbers = self._model.answer(np.stack([window for _, window in found]))
        return [self._told(start, given) for (start, _), given in zip(found, numbers, strict=True)]

    def _told(self, start: int, numbers: np.ndarray) -> Prediction:
        length = self._model.length
        stop = min(start + length.samples, self._heard)
        times = (start / length.rate_hz, stop / length.rate_hz)
        blank = Prediction("", task=self._model.task, start_s=times[0], stop_s=times[1], native_hz=self._native_hz)
        return self._decision.tell(numbers, blank)


def _floats(samples: np.ndarray) -> np.ndarray:
    """Float32 `(n, channels)`."""
    given = np.asarray(samples)
    if given.ndim not in (1, 2) or given.dtype.kind not in "fi":
        raise ArtifactError(
            "a stream takes floats or signed integers, (samples,) or (samples, channels);"
            f" got {given.dtype} of shape {given.shape}"
        )
    channels = given[:, None] if given.ndim == 1 else given
    if not 1 <= channels.shape[1] <= MOST_CHANNELS:
        raise ArtifactError(
            f"a stream takes (samples, channels) with 1 to {MOST_CHANNELS} channels; got {given.shape}. If the"
            " channels stand first, turn it: samples.T"
        )
    scale = -float(np.iinfo(given.dtype).min) if given.dtype.kind == "i" else 1.0
    return (channels / scale).astype(np.float32)
