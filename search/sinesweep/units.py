"""Units: what a split never divides. Published folds, groups, or single clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from sinesweep.dataset import Dataset, Task
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep.strata import Strata, strata
from sinesweep.stratify import Counts, deal, deal_evenly
from sinesweep.wording import many, natural

MEANT_FOR = {"validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2, "testing": 2, "eval": 2, "evaluation": 2}
"""Folds whose authors mean them to be held out, in the order in which they stand behind all others."""

Wanted = float | list[str]
"""A share, or names."""


class Units:
    """The units of a data set, and the ways to choose some of them.

    Attributes:
        by: "fold", "group" or "clip".
        word: what a unit is called; without groups, units are clips.
        of: the unit of every clip.
        names: all units in natural order (rec2 before rec10), of published folds those last that are called validation
            and test.
        known: those that a person can name.
    """

    def __init__(self, dataset: Dataset, by: str) -> None:
        unfolded = [clip.path for clip in dataset.clips if not clip.fold]
        if by == "fold" and unfolded:
            raise DatasetError(
                f"split.by is 'fold', but {len(unfolded)} of {len(dataset.clips)} clips have no published fold, such as"
                f" {unfolded[0]}. Use split.by: group, or a reader that knows the folds."
            )
        if by == "group" and not any(clip.group for clip in dataset.clips):
            raise DatasetError(
                "split.by is 'group', but no clip has a group, so recordings and speakers may stand on two sides. Say"
                " how groups are told (`data.group`), or use split.by: clip"
            )
        self.by = by if by != "auto" else ("group" if unfolded else "fold")
        self.of = {
            "fold": [clip.fold for clip in dataset.clips],
            "group": dataset.groups(),
            "clip": [str(i) for i in range(len(dataset.clips))],
        }[self.by]
        self.names = sorted(set(self.of), key=_published if self.by == "fold" else natural)
        stated = {clip.fold if self.by == "fold" else clip.group for clip in dataset.clips} - {""}
        self.known = [] if self.by == "clip" else [name for name in self.names if name in stated]
        self.word = self.by if self.known else "clip"
        self._task, self._strata = dataset.task, strata(dataset.targets(), dataset.classes)

    def clips(self, names: Iterable[str]) -> tuple[int, ...]:
        """The clips of these units."""
        wanted = set(names)
        return tuple(i for i, name in enumerate(self.of) if name in wanted)

    def without(self, names: Iterable[str]) -> list[str]:
        """All units but these, in natural order."""
        left_out = set(names)
        return [name for name in self.names if name not in left_out]

    def check(self, test: Wanted, valid: Wanted) -> list[str]:
        """The units that are held out by name, once names and classes have been seen to be fit for the request.

        Raises:
            DatasetError: unknown names, names on two sides, or a class with too few units to stand on every side.
        """
        asked = {"test": _names(test), "valid": _names(valid)}
        named = [name for names in asked.values() for name in names]
        problems = [self._unknown(key, n) for key, names in asked.items() for n in names if n not in self.known]
        problems += [f"split: {self.by} '{name}' is held out twice" for name, n in Counter(named).items() if n > 1]
        if problems:
            raise DatasetError("\n".join(problems))
        free = self.without(named)
        if not free:
            raise DatasetError(f"split: all {many(len(self.names), self.word)} are held out by name; none is left")
        # Chance fills these sides; whoever names a part may leave a class out of it.
        sides = ["training"]
        sides += ["validation"] if not isinstance(valid, list) else []
        sides += ["test"] if not isinstance(test, list) and test > 0 else []
        problems = [self._too_few(label, where, sides) for label, where in self._by_class(free)]
        if any(problems) and self._task is Task.CLASSIFICATION:
            raise DatasetError("\n".join(filter(None, problems)))
        return named

    def choose(self, key: str, wanted: Wanted, among: Sequence[str], leave: int, seed: int) -> list[str]:
        """The units of one held-out part: those named, or the share asked for.

        Of published folds the last ones are taken; groups and clips are dealt by `sinesweep.stratify`.

        Args:
            key: "test" (a share of all units) or "valid" (a share of `among`).
            wanted: a share, or names.
            among: the units to choose from.
            leave: how many units, of every stratum as far as there are any, stay out of the part.
            seed: which of the equally good choices is taken.
        """
        if isinstance(wanted, list):
            return wanted
        if wanted == 0:
            return []
        if len(among) <= leave:
            raise DatasetError(
                f"split.{key}: {many(len(among), self.word)} cannot give this part and leave {leave} for the others"
            )
        share = wanted * (len(self.names) if key == "test" else len(among)) / len(among)
        if self.by == "fold":
            return list(among[-min(max(1, round(share * len(among))), len(among) - leave) :])
        share = min(share, 0.9)
        places = deal(self._counts(among), (1 - share, share), (leave, 1), (leave, 1), (seed, leave))
        return [name for name, place in zip(among, places, strict=True) if place == 1]

    def divide(self, among: Sequence[str], folds: int, seed: int) -> list[list[str]]:
        """All of `among` in `folds` parts of about equal size.

        Raises:
            DatasetError: there are fewer units than folds.
        """
        if folds > len(among):
            raise DatasetError(
                f"split.folds is {folds}, but there are only {many(len(among), self.word)} for training and validation,"
                f" and each fold needs one. Set split.folds to {len(among)} or less, or add clips"
                f"{'' if self.word == 'clip' else f' from other {self.word}s'}."
            )
        if self.by == "fold":
            return [list(part) for part in np.array_split(np.asarray(among, dtype=object), folds)]
        places = deal_evenly(self._counts(among), folds, (seed,))
        return [[name for name, place in zip(among, places, strict=True) if place == fold] for fold in range(folds)]

    def _unknown(self, key: str, name: str) -> str:
        if not self.known:
            return f"split.{key}: clips have no names; split one by one, expected a share such as 0.2, got '{name}'"
        return f"split.{key}: there is no {self.word} '{name}'.{did_you_mean(name, self.known)}"

    def _by_class(self, names: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Every stratum with the units of its clips, one entry a clip."""
        wanted = set(names)
        where: list[list[str]] = [[] for _ in self._strata.names]
        for counted, name in zip(self._strata.of, self.of, strict=True):
            for stratum in counted if name in wanted else ():
                where[stratum].append(name)
        return list(zip(self._strata.names, where, strict=True))

    def _too_few(self, label: str, where: Sequence[str], sides: Sequence[str]) -> str:
        """Why a class cannot stand on all sides; empty where it can."""
        clips, names = len(where), sorted(set(where), key=natural)
        if not clips or len(names) >= len(sides):
            return ""
        if clips == len(names):
            what, unit = f"has only {many(clips, 'clip')}", "clip"
        elif len(names) == 1:
            what, unit = f"has all its {clips} clips in one {self.by} '{names[0]}'", self.by
        else:
            what, unit = f"has its {clips} clips in only {len(names)} {self.by}s ({', '.join(names)})", self.by
        no_test = ", or set split.test: 0" if "test" in sides and len(names) == 2 else ""
        return (
            f"class '{label}' {what}: it cannot be in {' and in '.join(sides)}, which need one {unit} each."
            f" Add clips{'' if unit == 'clip' else f' from another {unit}'}, or leave this class out{no_test}."
        )

    def _counts(self, names: Sequence[str]) -> Counts:
        return counts(self.of, self._strata, names)


def counts(of: Sequence[str], kinds: Strata, names: Sequence[str]) -> Counts:
    """Clips of every stratum, and all clips, in every unit of `names`; `of` is the unit of every clip."""
    rows = {name: [0] * (len(kinds.names) + 1) for name in names}
    for name, counted in zip(of, kinds.of, strict=True):
        if name in rows:
            for column in (*counted, -1):
                rows[name][column] += 1
    return np.array([rows[name] for name in names], np.int64).reshape(len(names), len(kinds.names) + 1)


def _published(name: str) -> tuple[int, list[str | int]]:
    """A sorting key for published folds: the last ones are held out, so validation and test have to be the last."""
    return MEANT_FOR.get(name.lower(), 0), natural(name)


def _names(wanted: Wanted) -> list[str]:
    return wanted if isinstance(wanted, list) else []
