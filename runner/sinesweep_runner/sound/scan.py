"""The scan: what is wrong with the clips, file by file, before anything is trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError
from sinesweep.wording import many
from sinesweep_runner.sound.soundindex import Sound
from sinesweep_runner.sound.waveforms import WaveformStore

SILENT_PEAK = 1e-4
"""-80 dB below full scale: less than a few steps of 16 bits."""

CLIPPED_SHARE = 0.001
TOLERATED_SHARE = 0.01
SHOWN = 10

Policy = Literal["auto", "skip", "stop"]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one clip.

    Attributes:
        clip: its index in the data set.
        path: its file.
        kind: missing, unreadable, empty, undecodable, no_samples, not_finite or two_labels, which are fatal; silent,
            clipped, truncated, duplicate or short, which are worth knowing.
        message: a sentence without the path.
        fatal: it cannot be trained on: it gives no sound, or nobody knows its label.
    """

    clip: int
    path: str
    kind: str
    message: str
    fatal: bool

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True)
class ScanReport:
    """What a scan found.

    Attributes:
        clips: how many were scanned.
        problems: one or more a clip, fatal ones first.
        rates_hz, channels, durations_s: of the usable clips.
        groups_by_class: how many groups each class has.
        listed: the file that lists all problems, perhaps none; None where there is no such file.
    """

    clips: int
    problems: tuple[Problem, ...]
    rates_hz: tuple[int, ...]
    channels: tuple[int, ...]
    durations_s: tuple[float, ...]
    groups_by_class: dict[str, int]
    listed: Path | None = None

    @property
    def bad(self) -> tuple[Problem, ...]:
        """The fatal problems."""
        return tuple(problem for problem in self.problems if problem.fatal)

    def warnings(self) -> list[str]:
        """A line a kind of problem, with its first files: what a person should read before the search begins."""
        kinds: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.problems:
            kinds[problem.kind].append(problem)
        return [*(_warning(problems) for problems in kinds.values()), *self.all_of_them()]

    def all_of_them(self) -> list[str]:
        """Where all problems are listed, a sentence; none where they are not."""
        if self.listed is None:
            return []
        listed, none = f"Every problem is listed in {self.listed}.", f"No problem; the list {self.listed} is empty."
        return [listed if self.problems else none]


def scan(
    dataset: Dataset,
    store: WaveformStore,
    progress: Callable[[int, int], None] = lambda done, total: None,
    rate_hz: int | None = None,
    shortest_s: float = 0.1,
) -> ScanReport:
    """Looks at every clip; files that have not changed since they were last seen are not opened.

    Args:
        dataset: the clips.
        store: it decodes what is new, and so makes the waveforms in the same pass.
        progress: called with files done and files in all.
        rate_hz: the rate that the waveforms will be needed at; default: the files' most common one.
        shortest_s: clips shorter than this are reported.

    Raises:
        DatasetError, SweepFailed: the store is too small, full, or cannot be written.
    """
    sounds = store.inspect(dataset.clips, rate_hz, progress)
    problems = [p for i, sound in enumerate(sounds) for p in _problems(i, sound, shortest_s)]
    problems += _duplicates(dataset, sounds)
    bad = {problem.clip for problem in problems if problem.fatal}
    usable = [sound for i, sound in enumerate(sounds) if i not in bad]
    return ScanReport(
        clips=len(sounds),
        problems=tuple(sorted(problems, key=lambda p: (not p.fatal, p.kind, p.clip))),
        rates_hz=tuple(sound.rate_hz for sound in usable),
        channels=tuple(sound.channels for sound in usable),
        durations_s=tuple(sound.duration_s for sound in usable),
        groups_by_class=_groups_by_class(dataset),
    )


def no_scan(dataset: Dataset) -> ScanReport:
    """The report on data that have no sound."""
    return ScanReport(len(dataset.clips), (), (), (), (), _groups_by_class(dataset))


def apply_policy(dataset: Dataset, report: ScanReport, policy: Policy) -> Dataset:
    """The data set without its bad clips.

    Args:
        dataset: the one that was scanned.
        report: what the scan found.
        policy: `skip` bad clips, `stop` at any, or `auto`: stop if more than 1 % are bad.

    Raises:
        DatasetError: the policy says stop, or no clip of a class is left; the message lists the files.
    """
    bad = {problem.clip for problem in report.bad}
    if not bad:
        return dataset
    listed = "\n".join([*_shown([str(problem) for problem in report.bad]), *report.all_of_them()])
    share = f"{len(bad)} of {report.clips} clips ({len(bad) / report.clips:.1%}) cannot be used"
    if policy == "stop" or (policy == "auto" and len(bad) / report.clips > TOLERATED_SHARE):
        raise DatasetError(f"{share}:\n{listed}\nMend or remove them, or set audio.problems: skip to go on without.")
    clips = tuple(clip for i, clip in enumerate(dataset.clips) if i not in bad)
    left = {label for clip in clips for label in dataset.labels_of(clip)}
    lost = sorted(label for label, count in dataset.class_counts().items() if count and label not in left)
    if lost:
        raise DatasetError(f"{share}, and no clip of class {', '.join(map(repr, lost))} is left:\n{listed}")
    return replace(dataset, clips=clips)


def _problems(clip: int, sound: Sound, shortest_s: float) -> list[Problem]:
    """What is wrong with one sound by itself."""
    if sound.problem:
        return [Problem(clip, sound.path, sound.problem, sound.reason, fatal=True)]
    found = []
    if sound.peak < SILENT_PEAK:
        found.append(("silent", f"it is silent (peak {sound.peak:.1g} of full scale)"))
    if sound.clipped > CLIPPED_SHARE:
        found.append(("clipped", f"{sound.clipped:.1%} of its samples are at full scale: it was recorded too loud"))
    if sound.promised_s:
        held = f"{sound.start_s + sound.duration_s:.3g} s of the {sound.promised_s:.3g} s that its header promises"
        found.append(("truncated", f"it ends after {held}: it was copied or written in part"))
    if sound.duration_s < shortest_s:
        found.append(("short", f"it is {sound.duration_s:.3g} s long; expected at least {shortest_s:g} s"))
    return [Problem(clip, sound.path, kind, message, fatal=False) for kind, message in found]


def _duplicates(dataset: Dataset, sounds: Sequence[Sound]) -> list[Problem]:
    """Clips with the same content: nobody knows which of two labels is right, so all of these are bad."""
    clips = dataset.clips
    same: dict[str, list[int]] = defaultdict(list)
    for i, sound in enumerate(sounds):
        if sound.content:
            same[sound.content].append(i)
    problems = []
    for first, *others in same.values():
        labels = sorted({_answer(clips[i]) for i in (first, *others)})
        if len(labels) > 1:
            message = f"the same sound is labelled {' and '.join(map(repr, labels))}"
            for i, other in zip((first, *others), (others[0], *[first] * len(others)), strict=True):
                problems.append(Problem(i, clips[i].path, "two_labels", f"{message}; see {clips[other].path}", True))
        else:
            problems += [
                Problem(i, clips[i].path, "duplicate", _same_as(clips[i], clips[first]), False) for i in others
            ]
    return problems


def _same_as(clip: Clip, first: Clip) -> str:
    """How a clip repeats an earlier one: as another file, or as the same piece of the same."""
    if (clip.path, clip.start_s, clip.stop_s) == (first.path, first.start_s, first.stop_s):
        return "it is listed more than once"
    return f"the same sound as {first.path}"


def _groups_by_class(dataset: Dataset) -> dict[str, int]:
    groups: dict[str, set[str]] = {label: set() for label in dataset.classes}
    for clip, group in zip(dataset.clips, dataset.groups(), strict=True):
        for label in dataset.labels_of(clip):
            groups[label].add(group)
    return {label: len(names) for label, names in groups.items()}


def _answer(clip: Clip) -> str:
    """What a clip is, in words, whatever the task."""
    return f"{clip.value:g}" if clip.value is not None else clip.label or ", ".join(sorted(clip.labels)) or "nothing"


def _warning(problems: Sequence[Problem]) -> str:
    first = problems[0]
    skipped = " (left out)" if first.fatal else ""
    return "\n  ".join(
        [f"{first.kind}: {many(len(problems), 'clip')}{skipped}", *_shown([str(p) for p in problems], 3)]
    )


def _shown(lines: Sequence[str], most: int = SHOWN) -> list[str]:
    return [*lines[:most], *([f"… and {len(lines) - most} more"] if len(lines) > most else [])]
