"""Pooled MFCC statistics: what a clip sounds like, in 120 numbers, whatever its length."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from sinesweep_plugins.features.filterbanks import Array, MelBank, cosine_transform, window

N_MFCC = 20
TOP_DB = 80.0


def pooled_mfcc(wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
    """20 MFCC of a waveform `(samples,)`, pooled over time, float32 `(120,)`.

    Mean, deviation, deviation of the step from frame to frame, and the means of the clip's first, middle and last
    third.
    """
    mfcc = _mfcc(wave, rate_hz)
    thirds = [third.mean(axis=0) for third in np.array_split(mfcc, 3)]
    return np.concatenate([mfcc.mean(axis=0), mfcc.std(axis=0), np.diff(mfcc, axis=0).std(axis=0), *thirds]).astype(
        "float32"
    )


def frame_lengths(rate_hz: int) -> tuple[int, int, int]:
    """Samples a frame, samples a hop, and mel bands for a rate.

    From 16 kHz on: about 46 ms, half of it, and 60 bands. Below, where sound is mostly speech: about 32 ms, 10 ms
    and 40 bands. A frame is the nearest power of two, at least 256 samples: then no band of a Slaney mel scale is
    empty.
    """
    frame_s, n_mels = (0.046, 60) if rate_hz >= 16_000 else (0.032, 40)
    frame = max(256, 2 ** round(np.log2(rate_hz * frame_s)))
    hop = frame // 2 if rate_hz >= 16_000 else max(1, round(rate_hz * 0.010))
    return frame, hop, n_mels


def _mfcc(wave: Array, rate_hz: int) -> Array:
    """The MFCC of centred frames, float32 `(frames, 20)`; at least three frames, padded with silence."""
    frame, hop, n_mels = frame_lengths(rate_hz)
    padding = max(0, 2 * hop - len(wave))
    padded = np.pad(np.asarray(wave, "float32"), (frame // 2, frame // 2 + padding))
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]
    power = np.abs(np.fft.rfft(frames * window("hann", frame).astype("float32"), axis=-1)) ** 2
    bands, cosines = _matrices(rate_hz, frame, n_mels)
    level_db = 10 * np.log10(np.maximum(power @ bands, 1e-10))
    return np.maximum(level_db, level_db.max() - TOP_DB) @ cosines


@cache
def _matrices(rate_hz: int, frame: int, n_mels: int) -> tuple[Array, Array]:
    bank = MelBank(rate_hz, frame, n_mels, fmin_hz=0.0, fmax_hz=rate_hz / 2, scale="slaney")
    return bank.matrix(), cosine_transform(n_mels, N_MFCC)
