"""How long a person waits for the first epoch: from the command to its report, cold and with the sounds decoded before.

    python benchmarks/first_result.py SOUNDS

SOUNDS is a folder with a folder a class. Beside it a plain script of Optuna, librosa and Keras as a tutorial writes it:
it decodes and extracts everything, builds the same kind of network and trains one epoch.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """
name: first
data: {{reader: folder, path: {sounds}}}
audio: {{rate_hz: 22050, seconds: 5.0, length: pad, problems: skip}}
features: {{log_mel: {{window_ms: [93.0], hop_ms: [23.0], n_mels: [64]}}}}
architectures: {{cnn: {{blocks: [3], filters: [16]}}}}
baseline: null
fit: {{epochs: 1, batch_size: [32], learning_rate: [0.001]}}
budget: {{trials: 1}}
workers: {{count: {workers}}}
"""

PLAIN = """
import sys
from pathlib import Path

import keras
import librosa
import numpy as np
import optuna

files = sorted(Path(sys.argv[1]).glob("*/*"))
classes = sorted({file.parent.name for file in files})
features = []
for file in files:
    wave, _ = librosa.load(file, sr=22050)
    mel = librosa.feature.melspectrogram(y=librosa.util.fix_length(wave, size=110250), sr=22050, n_mels=64)
    features.append(librosa.power_to_db(mel))
x = np.stack(features)[..., None].astype("float32")
y = np.array([classes.index(file.parent.name) for file in files])
train = np.random.default_rng(0).random(len(x)) < 0.75


def objective(trial):
    network = keras.Sequential([keras.Input(x.shape[1:])])
    for filters in (16, 32, 64):
        network.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        network.add(keras.layers.BatchNormalization())
        network.add(keras.layers.MaxPooling2D())
    network.add(keras.layers.GlobalAveragePooling2D())
    network.add(keras.layers.Dense(len(classes)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss, metrics=["accuracy"])
    told = network.fit(x[train], y[train], validation_data=(x[~train], y[~train]), epochs=1, verbose=0)
    return told.history["val_accuracy"][0]


optuna.create_study(direction="maximize").optimize(objective, n_trials=1)
"""


def seconds_of(command: list[str], folder: Path) -> float:
    """Seconds until the command ends; its output goes to a file."""
    began = time.perf_counter()
    variables = os.environ | {"SINESWEEP_CACHE": str(folder / "store"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with (folder / "output.txt").open("w") as output:
        subprocess.run(command, check=True, stdout=output, stderr=subprocess.STDOUT, env=variables, cwd=folder)
    return time.perf_counter() - began


def until_reported(folder: Path, name: str, workers: int, sounds: Path) -> float:
    """Seconds until a sweep's first epoch stands in its journal; the sweep is waited for."""
    (folder / f"{name}.yaml").write_text(SWEEP.format(sounds=sounds, workers=workers))
    command = [sys.executable, "-m", "sinesweep_runner", "run", f"{name}.yaml", "--out", name]
    variables = os.environ | {"SINESWEEP_CACHE": str(folder / "store"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    began, journal = time.perf_counter(), folder / name / "study.journal"
    with (folder / f"{name}.txt").open("w") as output:
        run = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=variables, cwd=folder)
        while not (journal.exists() and b'"intermediate_value":' in journal.read_bytes()):
            time.sleep(0.02)
            if run.poll() is not None:
                raise SystemExit((folder / f"{name}.txt").read_text())
        seconds = time.perf_counter() - began
        run.wait()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds", type=Path)
    sounds = parser.parse_args().sounds.absolute()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "plain.py").write_text(PLAIN)
        print("| what | seconds to the first epoch's report |\n|---|---:|")
        for name, workers in (("cold", 1), ("warm", 1), ("warm, two workers", 2)):
            print(f"| Sinesweep, {name} | {until_reported(folder, name.replace(', ', '_'), workers, sounds):.1f} |")
        plain = seconds_of([sys.executable, "plain.py", str(sounds)], folder)
        print(f"| Optuna, librosa and Keras, a plain script | {plain:.1f} |")


if __name__ == "__main__":
    main()
