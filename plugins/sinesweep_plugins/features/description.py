"""The description of a clip in 57 numbers, as in the features table that goes with the GTZAN genre collection.

The columns are those of `features_30_sec.csv`, in its order; the collection is that of Tzanetakis & Cook, "Musical
genre classification of audio signals", IEEE Transactions on Speech and Audio Processing 10(5), 2002. All numbers are
librosa's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sinesweep_plugins.features.tuning import estimated_tuning

Array = np.ndarray[Any, Any]

N_MFCC = 20
N_MELS = 128
N_CHROMA = 12

POOLED = ("chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate", "harmony")
NAMES = (
    *(f"{name}_{moment}" for name in (*POOLED, "perceptr") for moment in ("mean", "var")),
    "tempo",
    *(f"mfcc{number}_{moment}" for number in range(1, N_MFCC + 1) for moment in ("mean", "var")),
)
"""The columns. `harmony` and `perceptr` are the waveform's harmonic and percussive part."""


def describe(wave: Array, rate_hz: int, frame_length: int) -> Array:
    """The numbers that `NAMES` names, float32 `(57,)`, of a float32 waveform `(samples,)`.

    Args:
        wave: at least `frame_length` samples.
        rate_hz: its rate.
        frame_length: samples a frame; frames overlap by three quarters. The table has 2,048 at 22,050 Hz.
    """
    import librosa

    hop_length = frame_length // 4
    spectrum = librosa.stft(wave, n_fft=frame_length, hop_length=hop_length)
    mel = librosa.feature.melspectrogram(
        S=np.abs(spectrum) ** 2, sr=rate_hz, n_fft=frame_length, hop_length=hop_length, n_mels=N_MELS
    )
    mel_db = librosa.power_to_db(mel)
    series = [*_series(wave, spectrum, rate_hz, frame_length), *_parts(spectrum, len(wave), hop_length)]
    mfcc = librosa.feature.mfcc(S=mel_db, sr=rate_hz, n_mfcc=N_MFCC)
    tempo_bpm = _tempo_bpm(mel_db, rate_hz, frame_length)
    return np.array([*_moments(series), tempo_bpm, *_moments(mfcc)], "float32")


def _moments(series: Any) -> Iterator[float]:
    """Mean and variance of each."""
    for each in series:
        yield float(np.mean(each))
        yield float(np.var(each))


def _series(wave: Array, spectrum: Array, rate_hz: int, frame_length: int) -> list[Array]:
    """Chroma, loudness, and the shape of the spectrum, frame by frame."""
    from librosa import feature

    magnitude, power, hop_length = np.abs(spectrum), np.abs(spectrum) ** 2, frame_length // 4
    tuning = estimated_tuning(power, rate_hz, N_CHROMA)
    return [
        feature.chroma_stft(S=power, sr=rate_hz, n_fft=frame_length, n_chroma=N_CHROMA, tuning=tuning),
        feature.rms(y=wave, frame_length=frame_length, hop_length=hop_length),
        feature.spectral_centroid(S=magnitude, sr=rate_hz, n_fft=frame_length),
        feature.spectral_bandwidth(S=magnitude, sr=rate_hz, n_fft=frame_length),
        feature.spectral_rolloff(S=magnitude, sr=rate_hz, n_fft=frame_length),
        feature.zero_crossing_rate(wave, frame_length=frame_length, hop_length=hop_length),
    ]


def _parts(spectrum: Array, samples: int, hop_length: int) -> list[Array]:
    """The waveforms of what lasts and of what strikes."""
    import librosa
    from librosa.decompose import hpss

    parts = hpss(spectrum)
    return [librosa.istft(part, hop_length=hop_length, length=samples) for part in parts]


def _tempo_bpm(mel_db: Array, rate_hz: int, frame_length: int) -> float:
    """As `librosa.beat.beat_track` finds it: beats a minute, 0 where nothing begins."""
    from librosa.feature import tempo
    from librosa.onset import onset_strength

    hop_length = frame_length // 4
    onsets = onset_strength(S=mel_db, sr=rate_hz, n_fft=frame_length, hop_length=hop_length, aggregate=np.median)
    if not onsets.any():
        return 0.0
    return float(tempo(onset_envelope=onsets, sr=rate_hz, hop_length=hop_length)[0])
