"""Splits: which clips train, which validate, and which stay sealed until the search has ended.

Groups, not clips: the same speaker or recording on both sides flatters every model. Windows are cut after the split,
so only the indices of clips stand here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sinesweep.dataset import Dataset, Targets, Task
from sinesweep.errors import DatasetError
from sinesweep.strata import Strata, strata
from sinesweep.stratify import deal
from sinesweep.units import Units, counts
from sinesweep.wording import many

Part = Annotated[float, Field(ge=0, lt=1)] | Annotated[list[str], Field(min_length=1)]


class SplitRequest(BaseModel):
    """How to split."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    by: Literal["auto", "fold", "group", "clip"] = Field(
        "auto", description="what is never divided; auto: published folds where every clip has one, else groups"
    )
    test: Part = Field(
        0.2, description="sealed until the end: a share of all, or the names of folds or groups; 0 for no test part"
    )
    folds: int = Field(
        1, ge=1, le=1000, description="1: one validation part; k: each of k parts of what is not test validates once"
    )
    valid: Part = Field(
        0.2, description="for `folds: 1`: the validation part, a share of what is not test, or names of folds or groups"
    )

    @model_validator(mode="after")
    def _valid_fits_folds(self) -> SplitRequest:
        if self.folds > 1 and self.valid != 0.2:
            raise ValueError(f"valid is for folds: 1; with folds: {self.folds} every part validates once: leave it out")
        if self.valid == 0:
            raise ValueError("valid must be more than 0: without a validation part no trial can be judged")
        return self


@dataclass(frozen=True)
class Fold:
    """The clips that train and those that validate, as indices into `Dataset.clips`."""

    train: tuple[int, ...]
    valid: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """Folds over what is not test; `how` says in one sentence how they came about."""

    folds: tuple[Fold, ...]
    test: tuple[int, ...]
    how: str

    def fingerprint(self, dataset: Dataset) -> str:
        """Names data and split together: changes when any clip changes its place, label, group or name."""
        text = f"{dataset.fingerprint()}|{self.test}|{[(fold.train, fold.valid) for fold in self.folds]}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class PartRow:
    """One line of the audit: what a part of a split holds.

    Attributes:
        classes: clips of each class, label, or range of the value.
    """

    part: str
    groups: int
    clips: int
    classes: Mapping[str, int]


def make_split(dataset: Dataset, request: SplitRequest, seed: int) -> Split:
    """Splits a data set; the same data, request and seed give the same split.

    Raises:
        DatasetError: nothing to tell apart, a class that cannot stand on both sides, unknown names, more folds than
            groups.
    """
    _check_difference(dataset)
    units = Units(dataset, request.by)
    named = units.check(request.test, request.valid)
    leave = 1 if isinstance(request.valid, list) else 2
    test = units.choose("test", request.test, units.without(named), leave, seed)
    rest = units.without(test)
    if request.folds > 1:
        held = units.divide(rest, request.folds, seed)
    else:
        held = [units.choose("valid", request.valid, rest, 1, seed)]
    folds = tuple(Fold(units.clips(set(rest).difference(part)), units.clips(part)) for part in held)
    _check_training(dataset, folds)
    parts = [*(fold.valid for fold in folds), units.clips(test)]
    facts = [_sealed(units, test), _validating(units, held, rest), _groups_apart(dataset, folds, parts[-1])]
    facts += _classes_missing(dataset, parts) + _labels_untaught(dataset, folds) + _little_training(dataset, folds)
    facts += [f"seed {seed}"] if units.by != "fold" and len(named) < len(test) + sum(map(len, held)) else []
    return Split(folds, parts[-1], "; ".join(facts))


def hold_out(
    indices: Sequence[int], targets: Targets, groups: Sequence[str], share: float, seed: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Carves a part out of training, for early stopping; groups stay whole, and training keeps every class.

    Args:
        indices: the clips to divide.
        targets: what is right for every clip of the data set.
        groups: the group of every clip of the data set.
        share: how much to hold out, between 0 and 1.
        seed: the same seed gives the same parts.

    Returns:
        `(kept, held)`, each sorted.

    Raises:
        DatasetError: no class has clips in two groups, or all clips are of one group.
    """
    names, kinds = list(dict.fromkeys(groups[i] for i in indices)), strata(targets)
    table = counts([groups[i] for i in indices], replace(kinds, of=tuple(kinds.of[i] for i in indices)), names)
    # A class must be taught; a label or a range of a value may be so rare that it is not.
    least = (1, 0 if isinstance(targets[0], int) else 1)
    place = dict(zip(names, deal(table, (1 - share, share), (1, 1), least, (seed,)), strict=True))
    held = tuple(sorted(i for i in indices if place[groups[i]] == 1))
    if not held:
        raise DatasetError(
            f"nothing can be held out for early stopping: among {many(len(indices), 'training clip')} no class has"
            " clips in two groups. Set fit.patience to 0, or add clips from other groups."
        )
    return tuple(sorted(set(indices).difference(held))), held


def split_table(dataset: Dataset, split: Split) -> list[PartRow]:
    """What each part holds: training, validation and test; of many folds, what validates in each, and test."""
    if len(split.folds) == 1:
        parts = [("training", split.folds[0].train), ("validation", split.folds[0].valid)]
    else:
        parts = [(f"fold {i}", fold.valid) for i, fold in enumerate(split.folds, start=1)]
    parts += [("test", split.test)] if split.test else []
    groups, kinds = dataset.groups(), strata(dataset.targets(), dataset.classes)
    return [
        PartRow(
            name,
            len({groups[i] for i in part}),
            len(part),
            _held(part, kinds),
        )
        for name, part in parts
    ]


def _held(part: Sequence[int], kinds: Strata) -> dict[str, int]:
    """How many clips of each stratum a part holds."""
    counted = Counter(stratum for i in part for stratum in kinds.of[i])
    return {name: counted[stratum] for stratum, name in enumerate(kinds.names)}


def _check_difference(dataset: Dataset) -> None:
    """Sees that there is something to learn."""
    values = {clip.value for clip in dataset.clips}
    if dataset.task is Task.REGRESSION and len(values) < 2:
        raise DatasetError(
            f"data set '{dataset.name}' has one value only, {values.pop()}: there is nothing to learn. See whether the"
            " values were read from the right place."
        )
    present = [label for label, count in dataset.class_counts().items() if count]
    if dataset.task is Task.CLASSIFICATION and len(present) < 2:
        raise DatasetError(
            f"data set '{dataset.name}' has one class only, '{present[0]}': there is nothing to tell apart."
            " Add clips of another class, or see whether the labels were read from the right place."
        )
    if dataset.task is Task.MULTI_LABEL and len({frozenset(clip.labels) for clip in dataset.clips}) < 2:
        raise DatasetError(
            f"all clips of data set '{dataset.name}' have the same labels: there is nothing to tell apart."
            " See whether the labels were read from the right place."
        )


def _check_training(dataset: Dataset, folds: Sequence[Fold]) -> None:
    """A class that no clip teaches is an error; a label may be so rare that it cannot be on every side."""
    for fold in folds if dataset.task is Task.CLASSIFICATION else ():
        missing = sorted(_there(dataset) - _there(dataset, fold.train))
        if missing:
            raise DatasetError(
                f"no clip of class {', '.join(map(repr, missing))} is left for training: all are held out. Hold out"
                " fewer or other folds or groups, add clips from other groups, or leave the class out."
            )


def _sealed(units: Units, test: Sequence[str]) -> str:
    if not test:
        return "no test part"
    return f"{len(test)} of {many(len(units.names), units.word)}{_listed(units, test)} sealed as test"


def _validating(units: Units, held: Sequence[Sequence[str]], rest: Sequence[str]) -> str:
    if len(held) == 1:
        return f"{many(len(held[0]), units.word)}{_listed(units, held[0])} for validation"
    return f"cross-validation in {len(held)} parts over the other {many(len(rest), units.word)}"


def _listed(units: Units, names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if len(names) <= 6 and set(names).issubset(units.known) else ""


def _groups_apart(dataset: Dataset, folds: Sequence[Fold], test: Sequence[int]) -> str:
    if not dataset.grouped:
        return "no groups are stated, so nothing is known of recordings on two sides"
    groups = dataset.groups()
    sides = [part for fold in folds for part in ((fold.train, fold.valid), (fold.train + fold.valid, test))]
    shared = {group for one, other in sides for group in {groups[i] for i in one} & {groups[i] for i in other}}
    return f"{many(len(shared), 'group')} on two sides, which flatters the score" if shared else "no group on two sides"


def _classes_missing(dataset: Dataset, parts: Sequence[Sequence[int]]) -> list[str]:
    """What a person should know of parts that do not hold every class."""
    everywhere = _there(dataset)
    missing = {label for part in parts if part for label in everywhere - _there(dataset, part)}
    return [f"not in every held-out part: {', '.join(sorted(missing))}"] if missing else []


def _labels_untaught(dataset: Dataset, folds: Sequence[Fold]) -> list[str]:
    """Labels that some fold cannot learn."""
    missing = {label for fold in folds for label in _there(dataset) - _there(dataset, fold.train)}
    return [f"not in every training part: {', '.join(sorted(missing))}"] if missing else []


def _there(dataset: Dataset, part: Sequence[int] | None = None) -> set[str]:
    """The classes or labels of some clips, of all by default."""
    clips = dataset.clips if part is None else [dataset.clips[i] for i in part]
    return {label for clip in clips for label in dataset.labels_of(clip)}


def _little_training(dataset: Dataset, folds: Sequence[Fold]) -> list[str]:
    """What a person should know of a split that holds out more than it trains on."""
    fewest = min(len(fold.train) for fold in folds)
    return [f"only {fewest} of {len(dataset.clips)} clips train"] if fewest < len(dataset.clips) / 2 else []
