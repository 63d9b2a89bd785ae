"""Comparison: sweeps side by side, and whether their scores may be compared at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sinesweep.intervals import SIGNIFICANCE, holm
from sinesweep.judge import BySeed, p_value_of, same_clips
from sinesweep.leaderboard import Leaderboard
from sinesweep.rows import Row


@dataclass(frozen=True)
class Side:
    """One of the sweeps.

    Attributes:
        name: as it is told: the sweep's folder.
        settings: the sweep file, by dotted keys.
        fingerprint: of its data and its split; empty before its sounds were read.
        best: what the trainings said of the validation clips that the best trial's score stands on; none where one is
            missing.
        groups: the group of every clip of the data set, by index.
    """

    name: str
    board: Leaderboard
    settings: Mapping[str, str]
    fingerprint: str
    best: BySeed
    groups: Sequence[str]


@dataclass(frozen=True)
class Gap:
    """The best of one sweep against the best of the first.

    Attributes:
        name: of the sweep.
        difference: of the scores that count, the first one's minus its own, in the objective's unit.
        p_value: how easily chance alone makes the two differ as much on these clips, see `p_value_of`, corrected
            for the number of sweeps and for the trials that the better one was chosen among.
    """

    name: str
    difference: float
    p_value: float

    @property
    def distinguishable(self) -> bool:
        """Whether the data can tell the two apart."""
        return self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class Comparison:
    """Several sweeps, the first of them the one that the others are held against.

    Attributes:
        differing: the settings that are not the same everywhere, a value a sweep; `–` where a sweep has none.
        gaps: of those that were judged on the same clips by the same objective.
        apart: of the others, by name, why their scores cannot be compared with the first one's.
    """

    sides: tuple[Side, ...]
    differing: Mapping[str, tuple[str, ...]]
    gaps: tuple[Gap, ...]
    apart: Mapping[str, str]


def compare(sides: Sequence[Side]) -> Comparison:
    """Holds all against the first."""
    first, *others = sides
    apart = {side.name: reason for side in others if (reason := _apart(first, side))}
    near = [side for side in others if side.name not in apart]
    corrected = holm([_p_value(first, side) for side in near])
    gaps = [Gap(side.name, _ahead(first, side), p) for side, p in zip(near, corrected, strict=True)]
    return Comparison(tuple(sides), _differing(sides), tuple(gaps), apart)


def _differing(sides: Sequence[Side]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(name for side in sides for name in side.settings)
    values = {name: tuple(side.settings.get(name, "–") for side in sides) for name in names}
    return {name: each for name, each in values.items() if len(set(each)) > 1}


def _apart(first: Side, other: Side) -> str:
    """Why two sweeps cannot be compared; empty where they can."""
    objectives = first.board.metric.name, other.board.metric.name
    if objectives[0] != objectives[1]:
        return f"it was judged by {objectives[1]}, {first.name} by {objectives[0]}"
    if first.board.best is None or other.board.best is None:
        return f"{(first if first.board.best is None else other).name} has no trial with a score"
    if not first.best or not other.best:
        return f"the predictions of {(other if first.best else first).name} are not there any more"
    if first.fingerprint != other.fingerprint or not same_clips([*first.best.values(), *other.best.values()]):
        return (
            f"it was judged on other clips (split {other.fingerprint}, there {first.fingerprint}); a difference may"
            " be that of the clips"
        )
    return ""


def _p_value(first: Side, other: Side) -> float:
    header = first.board.header
    p = p_value_of(first.board.metric.name, first.best, other.best, first.groups, header.seed)
    ahead = first if first.board.metric.goodness(_ahead(first, other)) >= 0 else other
    return min(1.0, p * len(ahead.board.rows))


def _ahead(first: Side, other: Side) -> float:
    return _best(first).honest[0] - _best(other).honest[0]


def _best(side: Side) -> Row:
    if side.board.best is None:
        raise ValueError(f"{side.name} has no trial with a score")
    return side.board.best
