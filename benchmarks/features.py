"""Milliseconds of extraction per second of audio, one core: every built-in feature, beside librosa's for the same.

    python benchmarks/features.py [NAME …] [--rate-hz 22050] [--seconds 1 5] [--least-s 2] [--compiled]

Features that are a part of the model take batches of 32, as in a sweep; librosa takes one clip after another. All have
their default settings. Features that librosa computes anyway have no second figure. librosa makes its filters anew in
every call, which weighs on short clips; long clips fill the cache with what a batch of spectra needs. `--compiled`
measures what a sweep does with hours of sound, whose front ends it compiles.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import librosa
import numpy as np

from sinesweep import registry
from sinesweep.contract import HostExtractor
from sinesweep_runner import backend

BATCH = 32
HEAD = """| feature           | frames × bins | ms per s  | librosa's | ratio  |
|-------------------|---------------|----------:|----------:|-------:|"""


def framing(plugin, rate_hz: int) -> dict[str, object]:
    lengths = plugin.framing(rate_hz)
    return {
        "n_fft": lengths.fft_length,
        "hop_length": lengths.hop_length,
        "win_length": lengths.window_length,
        "window": plugin.window,
    }


def stft(wave, rate_hz: int, plugin):
    return librosa.power_to_db(np.abs(librosa.stft(wave, **framing(plugin, rate_hz))) ** 2)


def mel(wave, rate_hz: int, plugin, power: int = 2):
    return librosa.feature.melspectrogram(
        y=wave, sr=rate_hz, n_mels=plugin.n_mels, power=power, **framing(plugin, rate_hz)
    )


def log_mel(wave, rate_hz: int, plugin):
    return librosa.power_to_db(mel(wave, rate_hz, plugin))


def mfcc(wave, rate_hz: int, plugin):
    return librosa.feature.mfcc(S=log_mel(wave, rate_hz, plugin), n_mfcc=plugin.n_mfcc)


def pcen(wave, rate_hz: int, plugin):
    magnitudes = mel(wave, rate_hz, plugin, power=1)
    return librosa.pcen(magnitudes * 2**31, sr=rate_hz, hop_length=plugin.framing(rate_hz).hop_length)


def chroma_stft(wave, rate_hz: int, plugin):
    return librosa.feature.chroma_stft(y=wave, sr=rate_hz, tuning=0.0, **framing(plugin, rate_hz))


def tonnetz(wave, rate_hz: int, plugin):
    return librosa.feature.tonnetz(chroma=chroma_stft(wave, rate_hz, plugin))


def spectral_contrast(wave, rate_hz: int, plugin):
    return librosa.feature.spectral_contrast(y=wave, sr=rate_hz, n_bands=plugin.n_octaves, **framing(plugin, rate_hz))


def spectral_shape(wave, rate_hz: int, plugin):
    lengths = plugin.framing(rate_hz)
    magnitudes = np.abs(librosa.stft(wave, **framing(plugin, rate_hz)))
    windows = {"frame_length": lengths.window_length, "hop_length": lengths.hop_length}
    return [
        librosa.feature.spectral_centroid(S=magnitudes, sr=rate_hz),
        librosa.feature.spectral_bandwidth(S=magnitudes, sr=rate_hz),
        librosa.feature.spectral_rolloff(S=magnitudes, sr=rate_hz),
        librosa.feature.spectral_flatness(S=magnitudes),
        librosa.feature.zero_crossing_rate(wave, **windows),
        librosa.feature.rms(y=wave, **windows),
    ]


def stack(wave, rate_hz: int, plugin):
    return [LIBROSA[type(part).__module__.rpartition(".")[2]](wave, rate_hz, part) for part in plugin.parts()]


LIBROSA = {
    function.__name__: function
    for function in (
        stft,
        mel,
        log_mel,
        mfcc,
        pcen,
        chroma_stft,
        tonnetz,
        spectral_contrast,
        spectral_shape,
        stack,
    )
}


def fastest(work, least_s: float) -> float:
    """Seconds of one call, the fastest of as many as `least_s` holds, the first one aside."""
    work()
    times, end = [], time.perf_counter() + least_s
    while not times or time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def ours(plugin, rate_hz: int, waves, compiled: bool):
    """A call that extracts a batch, as a worker does."""
    if isinstance(plugin, HostExtractor):
        return lambda: [plugin.extract(wave, rate_hz) for wave in waves]
    import keras

    entry = keras.Input(waves.shape[1:])
    model = keras.Model(entry, plugin.layer(rate_hz)(entry))
    model.jit_compile = compiled or backend.compiles()
    return lambda: model.predict_on_batch(waves)


def built_in() -> list[str]:
    """The features of sound that come with Sinesweep."""
    listed = [each.name for each in registry.listing("features") if each.target.startswith("sinesweep_plugins.")]
    return [name for name in listed if not registry.load("features", name).takes_vectors]


def row(name: str, rate_hz: int, samples: int, least_s: float, compiled: bool) -> str:
    """One line of the table."""
    plugin = registry.load("features", name)()
    waves = np.random.default_rng(0).normal(0, 0.1, (BATCH, samples)).astype("float32")
    audio_s = waves.size / rate_hz
    frames, bins = plugin.shape(rate_hz, samples)
    own_ms = 1000 * fastest(ours(plugin, rate_hz, waves, compiled), least_s) / audio_s
    line = f"| {name:<18}| {frames:>6} × {bins:<5}| {own_ms:>9.3f} |"
    if name not in LIBROSA:
        return f"{line}           |        |"
    theirs_ms = 1000 * fastest(lambda: [LIBROSA[name](wave, rate_hz, plugin) for wave in waves], least_s) / audio_s
    return f"{line} {theirs_ms:>9.3f} | {theirs_ms / own_ms:>5.1f}× |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="features; default: all built-in ones of sound")
    parser.add_argument("--rate-hz", type=int, default=22_050)
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 5.0], help="lengths of clips")
    parser.add_argument("--least-s", type=float, default=2.0, help="how long each is measured")
    parser.add_argument("--compiled", action="store_true", help="compile what is a part of the model")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    backend.limit(1)
    for seconds in asked.seconds:
        print(f"\nClips of {seconds:g} s at {asked.rate_hz:,} Hz, batches of {BATCH}:\n\n{HEAD}")
        for name in asked.names or built_in():
            print(row(name, asked.rate_hz, round(seconds * asked.rate_hz), asked.least_s, asked.compiled), flush=True)


if __name__ == "__main__":
    main()
