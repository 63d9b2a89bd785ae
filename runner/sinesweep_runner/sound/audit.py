"""The audit: can a score on this split be trusted?"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sinesweep.contract import Baseline
from sinesweep.dataset import Dataset, Task
from sinesweep.errors import DatasetError
from sinesweep.files import write_atomically
from sinesweep.metrics import metric
from sinesweep.split import PartRow, Split, SplitRequest, make_split, split_table
from sinesweep.wording import many
from sinesweep_runner.cache.entries import writing
from sinesweep_runner.sound.baselines import features_key, features_of, score_baseline

FOLDS = 5
COMPARED = {Task.CLASSIFICATION: "accuracy", Task.MULTI_LABEL: "average_precision", Task.REGRESSION: "r2"}
"""What the baseline is judged by; of each, more is better."""

FLATTERY = 0.05
"""A random split that scores so much higher than a grouped one measures who speaks, not what is said."""


@dataclass(frozen=True)
class Comparison:
    """The baseline's score on the same clips, split twice: `random` by clip, `grouped` by groups or folds."""

    random: float
    grouped: float
    folds: int
    by: str
    metric: str = "accuracy"

    @property
    def gap(self) -> float:
        """How much the random split flatters."""
        return self.random - self.grouped

    def shown(self) -> tuple[str, str]:
        """Both scores as people read them."""
        form = "{:.1%}" if metric(self.metric).percent else "{:.3f}"
        return form.format(self.random), form.format(self.grouped)


@dataclass(frozen=True)
class Audit:
    """What a person should know before trusting a score.

    Attributes:
        how: how the split came about.
        parts: what each part of the split holds.
        duplicates: for each sound that stands in two parts, its files.
        shared_groups: groups that stand in two parts.
        comparison: random against grouped split; None where there is no baseline, or `why_none` it was not possible.
        why_none: the reason, where there is no comparison.
    """

    how: str
    parts: tuple[PartRow, ...]
    duplicates: tuple[tuple[str, ...], ...]
    shared_groups: tuple[str, ...]
    comparison: Comparison | None
    why_none: str = ""

    def red_flags(self) -> list[str]:
        """A sentence for each reason not to trust a score; empty where none was found."""
        flags = []
        if self.comparison is not None and self.comparison.gap > FLATTERY:
            random, grouped = self.comparison.shown()
            flags.append(
                f"A random split would flatter: the baseline has {random} on it, and"
                f" {grouped} where {self.comparison.by}s stay together."
                " Only scores on unseen groups say how a model does on new recordings."
            )
        flags += duplicate_flags(self.duplicates)
        if self.shared_groups:
            some = ", ".join(self.shared_groups[:5])
            flags.append(f"In two parts of the split: {many(len(self.shared_groups), 'group')}, such as {some}.")
        return flags


def audit(
    dataset: Dataset,
    split: Split,
    waveforms: Sequence[Path],
    baseline: Baseline | None,
    rate_hz: int,
    seed: int,
    cache: Path,
) -> Audit:
    """Looks for leaks between the parts of a split. The second time it reads its own answers from `cache`.

    Args:
        dataset: the clips.
        split: what is audited.
        waveforms: the entry of every clip, from `WaveformStore.prepare`; equal sounds have equal entries.
        baseline: it is scored on a random and on a grouped split of what is not test; None to leave that out.
        rate_hz: the rate of the entries.
        seed: all chance comes from it.
        cache: the folder of the waveform store.
    """
    comparison, why_none = None, "no baseline was asked for"
    if baseline is not None:
        comparison, why_none = _compare(dataset, split, waveforms, baseline, rate_hz, seed, cache)
    return Audit(
        how=split.how,
        parts=tuple(split_table(dataset, split)),
        duplicates=duplicates_across(dataset, split, waveforms),
        shared_groups=tuple(sorted(_across(dataset.groups(), _parts(split)))),
        comparison=comparison,
        why_none=why_none,
    )


def duplicates_across(dataset: Dataset, split: Split, waveforms: Sequence[Path | str]) -> tuple[tuple[str, ...], ...]:
    """For each sound that stands in two parts of the split, its files. Equal sounds have equal entries."""
    found = _across([str(entry) for entry in waveforms], _parts(split))
    return tuple(tuple(dataset.clips[i].path for i in clips) for clips in found.values())


def duplicate_flags(duplicates: Sequence[Sequence[str]]) -> list[str]:
    """A sentence where sounds stand in two parts."""
    if not duplicates:
        return []
    example = " and ".join(duplicates[0])
    return [f"In two parts of the split: {many(len(duplicates), 'sound')}, such as {example}."]


def _parts(split: Split) -> dict[int, int]:
    """The part of every clip: where it validates, -1 in training only, -2 in test."""
    part_of = dict.fromkeys(split.test, -2)
    for number, fold in enumerate(split.folds):
        part_of |= dict.fromkeys((i for i in fold.train if i not in part_of), -1)
        part_of |= dict.fromkeys(fold.valid, number)
    return part_of


def _across(names: Sequence[str], part_of: dict[int, int]) -> dict[str, list[int]]:
    """The clips of every name that stands in more than one part."""
    clips: dict[str, list[int]] = defaultdict(list)
    for i in sorted(part_of):
        clips[names[i]].append(i)
    return {name: where for name, where in clips.items() if len({part_of[i] for i in where}) > 1}


def _compare(
    dataset: Dataset,
    split: Split,
    waveforms: Sequence[Path],
    baseline: Baseline,
    rate_hz: int,
    seed: int,
    cache: Path,
) -> tuple[Comparison | None, str]:
    """The comparison, or why there is none."""
    sealed = set(split.test)
    opened = [i for i in range(len(dataset.clips)) if i not in sealed]
    clips = replace(dataset, clips=tuple(dataset.clips[i] for i in opened))
    if not clips.grouped and not any(clip.fold for clip in clips.clips):
        return None, "no groups are stated, so a grouped split would be a random one"
    key = f"{features_key(baseline, waveforms)}|{clips.fingerprint()}|{seed}|{version('sinesweep')}"
    file = cache / "audits" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
    if file.exists():
        return Comparison(**json.loads(file.read_text())), ""
    try:
        random, grouped = _two_splits(clips, seed)
    except DatasetError as reason:
        return None, f"too few clips to compare a random with a grouped split ({reason})"
    features = features_of(baseline, waveforms, rate_hz, cache, dataset.columns)[opened]
    scores = [_score(features, clips, each, baseline, seed) for each in (random, grouped)]
    by = "fold" if all(clip.fold for clip in clips.clips) else "group"
    comparison = Comparison(scores[0], scores[1], len(grouped.folds), by, COMPARED[dataset.task])
    with writing(cache):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(comparison)))
    return comparison, ""


def _two_splits(clips: Dataset, seed: int) -> tuple[Split, Split]:
    """All clips in up to five folds, by clip and by group; as many folds as the groups allow."""
    units = {clip.fold for clip in clips.clips} if all(clip.fold for clip in clips.clips) else set(clips.groups())
    folds = max(2, min(FOLDS, len(units)))
    random = make_split(clips, SplitRequest(by="clip", test=0.0, folds=folds), seed)
    return random, make_split(clips, SplitRequest(by="auto", test=0.0, folds=folds), seed)


def _score(features: np.ndarray, clips: Dataset, split: Split, baseline: Baseline, seed: int) -> float:
    """Over all folds: every clip is asked about once."""
    targets = clips.targets()
    told = [score_baseline(features, targets, fold.train, fold.valid, baseline, seed) for fold in split.folds]
    asked = [clip for fold in split.folds for clip in fold.valid]
    return metric(COMPARED[clips.task]).score(np.asarray(targets)[asked], np.concatenate(told))
