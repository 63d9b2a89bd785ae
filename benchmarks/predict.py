"""Seconds of sound answered in a second: `predict` of a saved model, beside librosa and Keras for the same network.

    python benchmarks/predict.py BEST SOUNDS [--files 400]

BEST is the folder of a winner with the front end `log_mel` and `compression: db`; SOUNDS a folder of files. Both ways
decode, resample, extract and answer. The other script is the one that people write: `librosa.load`,
`librosa.feature.melspectrogram`, `model.predict`. Both are warm: what is measured has answered the same files once.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import librosa
import numpy as np

from sinesweep import registry
from sinesweep.settings import make
from sinesweep_runner import Artifact, Stream, predict
from sinesweep_runner.model.sources import files_of

BATCH = 32


class Plain:
    """The same network behind librosa."""

    def __init__(self, artifact: Artifact) -> None:
        import keras

        self.length = artifact.length
        config = artifact.facts["configuration"]["features"]
        settings = {name: value for name, value in config.items() if name != "name"}
        self.front = make(registry.load("features", config["name"]), settings, "features")
        _, front, *rest = artifact.model.layers
        features = keras.Input(front.output.shape[1:])
        answer = features
        for layer in rest:
            answer = layer(answer)
        self.network = keras.Model(features, answer)

    def features(self, file: Path) -> np.ndarray:
        wave, rate_hz = librosa.load(file, sr=self.length.rate_hz)
        wave = librosa.util.fix_length(wave, size=self.length.samples)
        framing = self.front.framing(rate_hz)
        sizes = {"n_fft": framing.fft_length, "hop_length": framing.hop_length, "win_length": framing.window_length}
        mel = librosa.feature.melspectrogram(y=wave, sr=rate_hz, n_mels=self.front.n_mels, **sizes)
        return librosa.power_to_db(mel, top_db=self.front.top_db).T

    def answer(self, files: list[Path], batch: int) -> np.ndarray:
        groups = [files[start : start + batch] for start in range(0, len(files), batch)]
        return np.concatenate([self.network.predict(np.stack([*map(self.features, g)]), verbose=0) for g in groups])


def ours(artifact: Artifact, files: list[Path], batch: int) -> np.ndarray:
    groups = [files] if batch == BATCH else [[file] for file in files]
    return np.array([list(each.probabilities.values()) for group in groups for each in predict(artifact, group)])


def streamed(artifact: Artifact, files: list[Path]) -> float:
    """The seconds that a microphone's chunks of 20 ms take, with two answers a window."""
    wave, rate_hz = librosa.load(files[0], sr=None)
    chunk, stream = rate_hz // 50, Stream(artifact)
    stream.feed(np.resize(wave, artifact.length.samples * 4), rate_hz)
    start = time.perf_counter()
    for begin in range(0, len(wave), chunk):
        stream.feed(wave[begin : begin + chunk], rate_hz)
    return (time.perf_counter() - start) / (len(wave) / rate_hz)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("best", type=Path)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--files", type=int, default=400)
    asked = parser.parse_args()
    artifact = Artifact.load(asked.best)
    files = files_of([asked.sounds])[: asked.files]
    seconds, plain = sum(librosa.get_duration(path=file) for file in files), Plain(artifact)
    ways = {"sinesweep": lambda batch: ours(artifact, files, batch), "plain": lambda batch: plain.answer(files, batch)}
    differ = np.abs(ways["sinesweep"](BATCH) - ways["plain"](BATCH)).max()
    print(f"{len(files)} files, {seconds:.0f} s of sound; the answers differ by at most {differ:.1e}")
    print("| way | batch 1 | batch 32 |\n|---|---:|---:|")
    for name, way in ways.items():
        took = []
        for batch in (1, BATCH):
            way(batch)
            start = time.perf_counter()
            way(batch)
            took.append(seconds / (time.perf_counter() - start))
        print(f"| {name} | {took[0]:.0f} | {took[1]:.0f} |", flush=True)
    print(f"a stream in chunks of 20 ms: {1000 * streamed(artifact, files):.1f} ms for a second of sound")


if __name__ == "__main__":
    main()
