"""Prediction: what a model says about sound files, one answer a file; or about a table of vectors, one a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sinesweep.dataset import Clip, Task
from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length, aggregate
from sinesweep.thresholds import told
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.told import Prediction as Prediction
from sinesweep_runner.model.told import as_csv as as_csv
from sinesweep_runner.model.told import as_json as as_json
from sinesweep_runner.model.told import as_text as as_text
from sinesweep_runner.model.vectors import read_vectors
from sinesweep_runner.sound import audiofile
from sinesweep_runner.training.batches import ANSWER_BATCH

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff", ".au")
"""What counts as sound in a folder. A file that is named itself may be called anything."""


def predict(artifact: Artifact, paths: Sequence[Path | str]) -> list[Prediction]:
    """One prediction a file; folders are searched through. A file that cannot be read gets its reason instead.

    For a model of vectors the files are CSV tables, and there is one prediction a row.

    Raises:
        ArtifactError: a folder without a sound file, or a table that lacks columns.
    """
    found: list[Prediction] = []
    readable: list[int] = []

    def heard() -> Iterator[np.ndarray]:
        for name, wave, note in _examples(artifact, paths):
            found.append(Prediction(name, note=note, task=artifact.task))
            if isinstance(wave, str):
                found[-1] = Prediction(name, error=wave, task=artifact.task)
            else:
                readable.append(len(found) - 1)
                yield wave

    for index, answer in enumerate(_answers(artifact, heard())):
        blank = found[readable[index]]
        found[readable[index]] = _prediction(artifact, blank.path, answer, blank.note)
    return found


def score_clips(artifact: Artifact, clips: Iterable[Clip]) -> np.ndarray:
    """Answers `(clips, outputs)` about the original files, or the vectors, in the way of `predict`.

    Raises:
        AudioError: a file cannot be read.
    """
    rate_hz = artifact.length.rate_hz
    if artifact.columns:
        return np.stack(list(_answers(artifact, (np.asarray(clip.vector, np.float32) for clip in clips))))
    waves = (audiofile.read(clip.path, rate_hz, clip.start_s, clip.stop_s) for clip in clips)
    return np.stack(list(_answers(artifact, waves)))


def _examples(artifact: Artifact, paths: Sequence[Path | str]) -> Iterator[tuple[str, np.ndarray | str, str]]:
    """Of every file or vector its name, its waveform or numbers (or what is wrong with them), and a note."""
    if artifact.columns:
        for path in paths:
            for name, vector in read_vectors(Path(path), artifact.columns):
                yield name, vector, ""
        return
    for file in [file for path in paths for file in _files(Path(path))]:
        try:
            wave, note = _read(file, artifact.length)
        except audiofile.AudioError as reason:
            yield str(file), reason.reason, ""
        else:
            yield str(file), wave, note


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not found:
        raise ArtifactError(f"{path}: no sound file in this folder; expected names that end in {', '.join(SUFFIXES)}")
    return found


def _read(file: Path, length: Length) -> tuple[np.ndarray, str]:
    """A file at the model's rate, and what had to be done to it."""
    channels, native_hz = audiofile.decode(file)
    wave = audiofile.resample(audiofile.mono(channels, file), native_hz, length.rate_hz)
    return wave, "; ".join(_notes(channels.shape[1], native_hz, len(wave), length))


def _notes(channels: int, native_hz: int, samples: int, length: Length) -> Iterator[str]:
    if native_hz != length.rate_hz:
        lacking = f"; nothing above {native_hz / 2:g} Hz is in it" if native_hz < length.rate_hz else ""
        yield f"resampled from {native_hz} Hz to {length.rate_hz} Hz{lacking}"
    if channels > 1:
        yield f"{channels} channels mixed down"
    if samples < length.samples:
        filled = "repeated" if length.policy == "loop" else "filled up with silence"
        yield f"{samples / length.rate_hz:.2g} s {filled} to {length.seconds:g} s"
    if samples > length.samples and length.policy != "windows":
        part = "middle" if length.policy == "crop" else "beginning"
        yield f"only its {part} was heard, {length.seconds:g} s of {samples / length.rate_hz:.3g} s"


def _answers(artifact: Artifact, waves: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Answers `(outputs,)` for each waveform, in their order; windows of several clips share a batch."""
    pending: list[np.ndarray] = []
    for wave in waves:
        pending.append(artifact.length.windows(wave))
        if sum(map(len, pending)) >= ANSWER_BATCH:
            yield from _answered(artifact, pending)
            pending = []
    if pending:
        yield from _answered(artifact, pending)


def _answered(artifact: Artifact, clips: list[np.ndarray]) -> np.ndarray:
    owners = np.repeat(np.arange(len(clips)), [len(windows) for windows in clips])
    return aggregate(artifact.answer(np.concatenate(clips)), owners, len(clips))


def _prediction(artifact: Artifact, name: str, answer: np.ndarray, note: str) -> Prediction:
    """What the numbers that a model gave for one file say."""
    if artifact.task is Task.REGRESSION:
        return Prediction(name, value=float(answer[0]), note=note, task=artifact.task)
    by_class = {name: float(p) for name, p in zip(artifact.classes, answer, strict=True)}
    if artifact.task is Task.MULTI_LABEL:
        labels = told(artifact.classes, answer, artifact.thresholds)
        return Prediction(name, probabilities=by_class, note=note, labels=labels, task=artifact.task)
    best = int(answer.argmax())
    return Prediction(name, artifact.classes[best], float(answer[best]), by_class, note)
