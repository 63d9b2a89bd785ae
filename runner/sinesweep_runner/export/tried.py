"""Tried: the sound on which an export is compared with its model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import ExportError, UserError
from sinesweep.lengths import Length, aggregate
from sinesweep.metrics import metric
from sinesweep.wording import many
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.preparing import read_table
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.sound import audiofile
from sinesweep_runner.sweepfolder import SweepFolder

COMPARED, REPRESENTATIVE = 200, 100
"""So many clips at most are compared on, and so many windows are the representative set for int8."""


@dataclass(frozen=True)
class Tried:
    """Windows of sound, and what they are.

    Attributes:
        what: in words.
        windows: float32 `(windows, samples)`.
        owners: the clip of each window.
        targets: what the clips are, see `sinesweep.formulas`; None of sounds that were made up.
        objective: what the sweep made best.
    """

    what: str
    windows: np.ndarray
    owners: np.ndarray
    targets: np.ndarray | None = None
    objective: str = ""

    def scores(self, answers: np.ndarray, thresholds: np.ndarray) -> dict[str, float]:
        """The objective of these answers `(windows, outputs)`, by its name; nothing where no targets are known."""
        if self.targets is None:
            return {}
        clips = aggregate(answers, self.owners, len(self.targets))
        return {self.objective: metric(self.objective).score(self.targets, clips, thresholds)}


def validation(artifact: Artifact) -> Tried:
    """Validation clips of the sweep whose `best/` this is, or made-up sounds where those cannot be reached."""
    try:
        clips, objective = _clips(artifact, "valid", COMPARED)
        heard = [_heard(artifact, clip) for clip in clips]
    except UserError as reason:
        return _made_up(artifact.length, str(reason))
    owners = np.repeat(np.arange(len(heard)), [len(windows) for windows in heard])
    table = Dataset("compared", tuple(clips), artifact.classes, artifact.task, artifact.columns)
    what = many(len(clips), "validation clip")
    return Tried(what, np.concatenate(heard), owners, np.asarray(table.targets()), objective)


def representative(artifact: Artifact) -> np.ndarray:
    """Windows of training clips, float32 `(windows, samples)`; raises ExportError where none can be reached."""
    try:
        clips, _ = _clips(artifact, "train", REPRESENTATIVE)
        return np.stack([_heard(artifact, clip)[0] for clip in clips])
    except UserError as reason:
        raise ExportError(
            f"--int8 needs training clips, to know the ranges of its numbers: {reason}. Export from the sweep's own"
            " folder, where its sounds can be read, or leave --int8 out"
        ) from None


def _clips(artifact: Artifact, side: str, most: int) -> tuple[list[Clip], str]:
    """Clips of one side of the first fold, evenly drawn, and the sweep's objective; raises UserError where none is."""
    place = SweepFolder(artifact.folder.resolve().parent)
    sweep, facts, recorded = place.begun(), place.recall(place.split_file), Recorded.of(place)
    if facts is None or recorded is None:
        raise ExportError(f"{place.path} holds no split of the data")
    rows = facts["folds"][0][side]
    rows = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, most).astype(int))]
    if recorded.vectors:
        clips = read_table(sweep).dataset.clips
        return [clips[row] for row in rows], sweep.search.objective
    return [_named(facts["clips"][row], recorded.clips[row]) for row in rows], sweep.search.objective


def _named(facts: dict, clip: Clip) -> Clip:
    """The clip, and what it is."""
    what = {"label": facts.get("label", ""), "labels": tuple(facts.get("labels", ())), "value": facts.get("value")}
    return Clip(clip.path, start_s=clip.start_s, stop_s=clip.stop_s, **what)


def _heard(artifact: Artifact, clip: Clip) -> np.ndarray:
    """A clip as the model hears it, `(windows, samples)`."""
    if artifact.columns:
        return np.asarray(clip.vector, np.float32)[None]
    length = artifact.length
    return length.windows(audiofile.read(clip.path, length.rate_hz, clip.start_s, clip.stop_s))


def _made_up(length: Length, why: str) -> Tried:
    """Noise, tones and chirps from loud to faint, an impulse, all in faint noise as recordings are, and silence."""
    rng, time = np.random.default_rng(0), np.arange(length.samples) / length.rate_hz
    pitches_hz = np.geomspace(50, 0.45 * length.rate_hz, 8)[:, None]
    tones = np.sin(2 * np.pi * pitches_hz * time)
    chirps = np.sin(np.pi * pitches_hz * time**2 / length.seconds)
    impulse = np.zeros((1, length.samples))
    impulse[0, length.samples // 2] = 1
    sounds = np.concatenate([rng.standard_normal(tones.shape), tones, chirps, impulse])
    levels = 10 ** -rng.uniform(0, 3, (len(sounds), 1))
    heard = levels * (sounds + 1e-3 * rng.standard_normal(sounds.shape))
    windows = np.concatenate([heard, np.zeros((1, length.samples))]).astype(np.float32)
    what = f"{many(len(windows), 'made-up sound')} (the sweep's own cannot be reached: {why})"
    return Tried(what, windows, np.arange(len(windows)))
