"""Prediction: what a model says about sound files, one answer a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from sinesweep.dataset import Clip
from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length, aggregate
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.sound import audiofile
from sinesweep_runner.training.batches import ANSWER_BATCH

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff", ".au")
"""What counts as sound in a folder. A file that is named itself may be called anything."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one file.

    Attributes:
        label: the most probable class; empty where the file could not be read.
        probabilities: by class.
        note: what had to be done to the sound, such as resampling.
        error: why there is no answer; empty where there is one.
    """

    path: str
    label: str = ""
    probability: float = 0.0
    probabilities: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is no answer."""
        return bool(self.error)


def predict(artifact: Artifact, paths: Sequence[Path | str]) -> list[Prediction]:
    """One prediction a file; folders are searched through. A file that cannot be read gets its reason instead.

    Raises:
        ArtifactError: a folder without a sound file.
    """
    files = [file for path in paths for file in _files(Path(path))]
    found: dict[int, Prediction] = {}
    readable: list[tuple[int, str]] = []

    def sounds() -> Iterator[np.ndarray]:
        for place, file in enumerate(files):
            try:
                wave, note = _read(file, artifact.length)
            except audiofile.AudioError as reason:
                found[place] = Prediction(str(file), error=reason.reason)
            else:
                readable.append((place, note))
                yield wave

    for index, probabilities in enumerate(_answers(artifact, sounds())):
        place, note = readable[index]
        found[place] = _prediction(artifact, files[place], probabilities, note)
    return [found[place] for place in range(len(files))]


def score_clips(artifact: Artifact, clips: Iterable[Clip]) -> np.ndarray:
    """Probabilities `(clips, classes)`, read from the original files in the way of `predict`.

    Raises:
        AudioError: a file cannot be read.
    """
    rate_hz = artifact.length.rate_hz
    waves = (audiofile.read(clip.path, rate_hz, clip.start_s, clip.stop_s) for clip in clips)
    return np.stack(list(_answers(artifact, waves)))


def as_text(predictions: Sequence[Prediction]) -> str:
    """A line a file: its name, class, probability, and what was done to it."""
    width = max((len(each.path) for each in predictions), default=0)
    lines = []
    for each in predictions:
        answer = f"error: {each.error}" if each.failed else f"{each.label}  {100 * each.probability:.1f} %"
        lines.append(f"{each.path:<{width}}  {answer}{f'  ({each.note})' if each.note else ''}")
    return "".join(f"{line}\n" for line in lines)


def as_csv(predictions: Sequence[Prediction]) -> str:
    """A table: path, label, probability, note, error, and a column a class."""
    classes = next((list(each.probabilities) for each in predictions if not each.failed), [])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", "label", "probability", "note", "error", *(f"p({name})" for name in classes)])
    for each in predictions:
        answer = ["", "", *[""] * len(classes)]
        if not each.failed:
            answer = [each.label, f"{each.probability:.6f}", *(f"{each.probabilities[name]:.6f}" for name in classes)]
        writer.writerow([each.path, *answer[:2], each.note, each.error, *answer[2:]])
    return stream.getvalue()


def as_json(predictions: Sequence[Prediction]) -> str:
    """A JSON list of objects with the fields of `Prediction`."""
    return json.dumps([asdict(each) for each in predictions], indent=2, ensure_ascii=False) + "\n"


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
    """Probabilities `(classes,)` for each waveform, in their order; windows of several clips share a batch."""
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


def _prediction(artifact: Artifact, file: Path, probabilities: np.ndarray, note: str) -> Prediction:
    best = int(probabilities.argmax())
    by_class = {name: float(p) for name, p in zip(artifact.classes, probabilities, strict=True)}
    return Prediction(str(file), artifact.classes[best], float(probabilities[best]), by_class, note)
