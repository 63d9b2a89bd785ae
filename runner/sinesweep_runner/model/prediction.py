"""Prediction: what a model says about sound files, one answer a file or a window; or about a table, one a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby, islice
from pathlib import Path

import numpy as np

from sinesweep.dataset import Clip
from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length
from sinesweep.wording import lasting
from sinesweep_runner.model.answerer import Answerer
from sinesweep_runner.model.sources import SOUNDS, files_of, suffixes_of
from sinesweep_runner.model.told import Decision, Prediction
from sinesweep_runner.model.vectors import read_vectors
from sinesweep_runner.model.windowing import hop_of, only_window, windows
from sinesweep_runner.sound import audiofile
from sinesweep_runner.sound.streaming import Recording, recording
from sinesweep_runner.training.batches import ANSWER_BATCH

Progress = Callable[[float, int], None]
"""Told how many of the files have been read, and how many there are."""


@dataclass(frozen=True)
class Piece:
    """A window, or a vector, that the model is asked about; or one that cannot be.

    Attributes:
        number: of the answer that it belongs to; pieces with the same one follow each other.
        blank: that answer before the model has spoken; its `error` says why `sound` is None.
        sound: float32 `(samples,)`.
    """

    number: int
    blank: Prediction
    sound: np.ndarray | None = None


def predict(
    model: Answerer,
    named: Sequence[Path | str],
    hop_s: float | None = None,
    threshold: float | None = None,
    progress: Progress = lambda done, total: None,
) -> list[Prediction]:
    """One prediction a file. One that cannot be read gets its reason instead. Long files need no more memory.

    For a model of vectors the files are CSV tables, and there is one prediction a row.

    Args:
        named: files, folders, patterns, or `-`; see `files_of`.
        hop_s: rather one prediction for each window of a file, of the model's own length, every so many seconds.
        threshold: from which probability on a class is told; by default the most probable one is always told, and
            labels from those thresholds on that were fitted on validation clips.

    Raises:
        ArtifactError: names that mean no file, a table that lacks columns, a hop or threshold that cannot be.
        PluginFault: the host extractor cannot cope with a sound.
    """
    if model.columns and hop_s is not None:
        raise ArtifactError("this model is asked about vectors; only sound has windows")
    decision = Decision.of(model, threshold)
    files = files_of(named, suffixes_of(model.columns))
    pieces = _of_tables(model, files, progress) if model.columns else _of_sounds(model, files, hop_s, progress)
    told = _means(model, pieces)
    return [blank if blank.failed else decision.tell(numbers, blank) for blank, numbers in told]


def score_clips(model: Answerer, clips: Iterable[Clip]) -> np.ndarray:
    """Answers `(clips, outputs)` about parts of the original files, or vectors, as `predict` gives them.

    Raises:
        AudioError: a file cannot be read.
    """

    def pieces() -> Iterator[Piece]:
        for number, clip in enumerate(clips):
            for sound in _heard(model, clip):
                yield Piece(number, Prediction(clip.path, task=model.task), sound)

    return np.stack([numbers for _, numbers in _means(model, pieces())])


def _heard(model: Answerer, clip: Clip) -> np.ndarray:
    """A clip as the model hears it, `(windows, samples)`."""
    if model.columns:
        return np.asarray(clip.vector, np.float32)[None]
    return model.length.windows(audiofile.read(clip.path, model.length.rate_hz, clip.start_s, clip.stop_s))


def _of_tables(model: Answerer, files: Sequence[Path], progress: Progress) -> Iterator[Piece]:
    number = count()
    for done, file in enumerate(files, start=1):
        for name, vector in read_vectors(file, model.columns):
            blank = Prediction(name, task=model.task)
            if isinstance(vector, str):
                yield Piece(next(number), replace(blank, error=vector))
            else:
                yield Piece(next(number), blank, vector)
        progress(done, len(files))


def _of_sounds(model: Answerer, files: Sequence[Path], hop_s: float | None, progress: Progress) -> Iterator[Piece]:
    hop = None if hop_s is None else hop_of(model.length, hop_s)
    number = count()
    for done, file in enumerate(files):
        blank, mine = Prediction(str(file), task=model.task), next(number)
        if file.is_dir():
            lacking = f"no sound file in this folder; expected names that end in {', '.join(SOUNDS)}"
            yield Piece(mine, replace(blank, error=lacking))
            continue
        try:
            with recording(file, model.length.rate_hz) as sound:
                for read, known, window in _windows(sound, model.length, hop, blank):
                    progress(done + read, len(files))
                    yield Piece(mine, known, window)
                    mine = mine if hop is None else next(number)
        except audiofile.AudioError as reason:
            yield Piece(mine, replace(blank, error=reason.reason))
        progress(done + 1, len(files))


def _windows(
    sound: Recording, length: Length, hop: int | None, blank: Prediction
) -> Iterator[tuple[float, Prediction, np.ndarray]]:
    """Of every window of a recording the share of it that has been read, the answer before it is known, and sound."""
    known = replace(blank, native_hz=sound.native_hz, note="; ".join(_notes(sound, length, hop)))
    if hop is None and length.policy != "windows":
        yield 0.0, known, only_window(sound.blocks(), length, sound.samples)
        return
    for start, window in windows(sound.blocks(), length, hop or length.hop):
        stop = min(start + length.samples, sound.samples)
        timed = replace(known, start_s=start / length.rate_hz, stop_s=stop / length.rate_hz)
        yield stop / sound.samples, timed if hop else known, window


def _notes(sound: Recording, length: Length, hop: int | None) -> Iterator[str]:
    """What has to be done to a recording."""
    if sound.native_hz != length.rate_hz:
        lacking = f"; nothing above {sound.native_hz / 2:g} Hz is in it" if sound.native_hz < length.rate_hz else ""
        yield f"resampled from {sound.native_hz} Hz to {length.rate_hz} Hz{lacking}"
    if sound.channels > 1:
        yield f"{sound.channels} channels mixed down"
    seconds = sound.samples / length.rate_hz
    if sound.samples < length.samples:
        filled = "repeated" if length.policy == "loop" else "filled up with silence"
        yield f"{_told_apart(seconds, length.seconds)} {filled} to {length.seconds:g} s"
    elif sound.samples > length.samples and length.policy != "windows" and hop is None:
        part = "middle" if length.policy == "crop" else "beginning"
        heard = f"{length.seconds:g} s of {lasting(seconds)}"
        yield f"only its {part} was heard, {heard}; window by window (hop_s) it is asked about all of it"


def _told_apart(seconds: float, whole_s: float) -> str:
    """A length that is less than another, with as many digits as it takes to see that; two at least."""
    return next(told for digits in range(2, 18) if float(told := f"{seconds:.{digits}g}") < whole_s) + " s"


def _means(model: Answerer, pieces: Iterator[Piece]) -> Iterator[tuple[Prediction, np.ndarray]]:
    """Every answer, still blank, and the mean of the numbers that its pieces were given `(outputs,)`.

    A piece that could not be asked about spoils its answer, which then has an error and no numbers.
    """
    for _, group in groupby(_answered(model, pieces), key=lambda each: each[0].number):
        asked, numbers = zip(*group, strict=True)
        blank = next((each.blank for each in asked if each.blank.failed), asked[0].blank)
        if not (blank.failed or model.columns or any(each.sound.any() for each in asked)):
            blank = replace(blank, note="; ".join(filter(None, (blank.note, "nothing but silence is in it"))))
        yield blank, np.empty(0) if blank.failed else np.mean(numbers, axis=0, dtype=float)


def _answered(model: Answerer, pieces: Iterator[Piece]) -> Iterator[tuple[Piece, np.ndarray]]:
    """Every piece with its numbers `(outputs,)`; several answers share a batch."""
    while batch := list(islice(pieces, ANSWER_BATCH)):
        sounds = [piece.sound for piece in batch if piece.sound is not None]
        numbers = iter(model.answer(np.stack(sounds)) if sounds else ())
        for piece in batch:
            yield piece, np.empty(0) if piece.sound is None else next(numbers)
