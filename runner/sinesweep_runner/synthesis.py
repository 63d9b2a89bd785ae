"""Ten classes of synthesized sound for the demo: small, made in a second, and honest to split.

Every class comes in several recordings. A recording has its own pitch, room, microphone and noise floor, and several
takes are cut from it: whoever splits by takes sees the room on both sides, whoever splits by recordings does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

RATE_HZ = 8000
SAMPLES = RATE_HZ
SECONDS = np.arange(SAMPLES) / RATE_HZ


@dataclass(frozen=True)
class Recording:
    """Where and how a sound was recorded."""

    pitch_hz: float
    reverberation: Wave
    tilt: float
    noise_db: float

    @classmethod
    def at_random(cls, rng: np.random.Generator) -> Recording:
        """Another instrument, another room, another microphone."""
        decay_s = rng.uniform(0.02, 0.15)
        tail = rng.standard_normal(RATE_HZ // 4) * np.exp(-SECONDS[: RATE_HZ // 4] / decay_s)
        reverberation = rng.uniform(0.05, 0.3) * tail / np.linalg.norm(tail)
        reverberation[0] = 1.0
        return cls(200 * 2 ** rng.uniform(0, 2), reverberation, rng.uniform(-0.7, 0.7), rng.uniform(-30, -12))

    def take(self, source: Callable[[float, np.random.Generator], Wave], rng: np.random.Generator) -> Wave:
        """One second of `source` as it is heard here, float64 `(8000,)` within ±0.9; pitch differs a little by take."""
        from scipy.signal import fftconvolve, lfilter

        dry = source(self.pitch_hz * 2 ** rng.uniform(-1 / 6, 1 / 6), rng)
        wet = lfilter([1, self.tilt], [1], fftconvolve(dry, self.reverberation)[:SAMPLES])
        noise = np.std(wet) * 10 ** (self.noise_db / 20) * rng.standard_normal(SAMPLES)
        wave: Wave = wet + noise
        return wave * float(rng.uniform(0.2, 0.9) / np.abs(wave).max())


def synthesize(folder: Path, seed: int = 0, recordings: int = 8) -> None:
    """Writes `folder/<class>/rec<nn>_take<n>.wav`: mono, 16 bit, 8 kHz, 1 s; 4 to 6 takes a recording.

    The same seed writes the same sounds.
    """
    import soundfile

    for number, (label, source) in enumerate(SOURCES.items()):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for recording in range(1, recordings + 1):
            rng = np.random.default_rng((seed, number, recording))
            place = Recording.at_random(rng)
            for take in range(1, int(rng.integers(4, 7)) + 1):
                name = f"rec{recording:02}_take{take}.wav"
                soundfile.write(folder / label / name, place.take(source, rng), RATE_HZ, subtype="PCM_16")


def _oscillate(pitch_hz: Wave | float, rng: np.random.Generator) -> Wave:
    """A sine whose frequency may change from sample to sample."""
    turns = np.cumsum(np.broadcast_to(pitch_hz, SAMPLES)) / RATE_HZ
    return np.sin(2 * np.pi * (turns + rng.uniform()))


def _wobble(low_hz: float, high_hz: float, rng: np.random.Generator) -> Wave:
    """A slow sine in -1 … 1 at a random rate."""
    return _oscillate(rng.uniform(low_hz, high_hz), rng)


def _onsets(low: int, high: int, rng: np.random.Generator) -> Wave:
    """A random number of evenly spaced unit impulses."""
    count = int(rng.integers(low, high + 1))
    start = rng.uniform(0, SAMPLES / count)
    impulses = np.zeros(SAMPLES)
    impulses[(start + np.arange(count) * SAMPLES / count).astype(int)] = 1.0
    return impulses


def _strike(rng: np.random.Generator) -> tuple[int, Wave]:
    """When something is struck, and the seconds since then; negative before."""
    start = int(rng.integers(0, SAMPLES // 4))
    return start, (np.arange(SAMPLES) - start) / RATE_HZ


def _sine(pitch_hz: float, rng: np.random.Generator) -> Wave:
    return _oscillate(pitch_hz, rng)


def _square(pitch_hz: float, rng: np.random.Generator) -> Wave:
    harmonics = np.arange(1, RATE_HZ / 2 / pitch_hz, 2)
    turns = pitch_hz * SECONDS + rng.uniform()
    return np.asarray(np.sum([np.sin(2 * np.pi * n * turns) / n for n in harmonics], axis=0))


def _chirp_up(pitch_hz: float, rng: np.random.Generator) -> Wave:
    return _oscillate(pitch_hz * 2 ** (rng.uniform(0.8, 2.0) * SECONDS), rng)


def _chirp_down(pitch_hz: float, rng: np.random.Generator) -> Wave:
    return _chirp_up(pitch_hz, rng)[::-1]


def _bell(pitch_hz: float, rng: np.random.Generator) -> Wave:
    """A struck bar: the partials of a free bar, the higher the sooner gone."""
    _, since_s = _strike(rng)
    partials = [ratio for ratio in (1.0, 2.756, 5.404, 8.933) if ratio * pitch_hz < RATE_HZ / 2]
    ringing = [np.exp(-since_s * ratio * 3) * np.sin(2 * np.pi * ratio * pitch_hz * since_s) for ratio in partials]
    return np.where(since_s < 0, 0.0, np.sum(ringing, axis=0))


def _pluck(pitch_hz: float, rng: np.random.Generator) -> Wave:
    """A plucked string. Karplus and Strong, "Digital Synthesis of Plucked-String and Drum Timbres", 1983."""
    from scipy.signal import lfilter

    start, _ = _strike(rng)
    period = round(RATE_HZ / pitch_hz)
    excitation = np.zeros(SAMPLES)
    excitation[start : start + period] = rng.uniform(-1, 1, period)
    feedback = np.zeros(period + 2)
    feedback[0], feedback[-2:] = 1.0, -0.498
    return np.asarray(lfilter([1.0], feedback, excitation))


def _noise_bursts(pitch_hz: float, rng: np.random.Generator) -> Wave:
    gate = np.convolve(_onsets(3, 6, rng), np.hanning(int(rng.uniform(0.06, 0.12) * RATE_HZ)))[:SAMPLES]
    return gate * rng.standard_normal(SAMPLES)


def _clicks(pitch_hz: float, rng: np.random.Generator) -> Wave:
    knock = np.exp(-SECONDS[:200] * 500) * np.sin(2 * np.pi * 2 * pitch_hz * SECONDS[:200])
    return np.convolve(_onsets(5, 12, rng), knock)[:SAMPLES]


def _vibrato(pitch_hz: float, rng: np.random.Generator) -> Wave:
    return _oscillate(pitch_hz * (1 + rng.uniform(0.04, 0.08) * _wobble(4, 7, rng)), rng)


def _tremolo(pitch_hz: float, rng: np.random.Generator) -> Wave:
    return (1 + rng.uniform(0.7, 1.0) * _wobble(4, 9, rng)) * _oscillate(pitch_hz, rng)


SOURCES: dict[str, Callable[[float, np.random.Generator], Wave]] = {
    "bell": _bell,
    "chirp_down": _chirp_down,
    "chirp_up": _chirp_up,
    "clicks": _clicks,
    "noise_bursts": _noise_bursts,
    "pluck": _pluck,
    "sine": _sine,
    "square": _square,
    "tremolo": _tremolo,
    "vibrato": _vibrato,
}
"""The classes: `(pitch_hz, rng) → wave`."""
