"""Importance: how much of the differences between trials each of their settings explains.

One setting at a time, among the trials that have it, so that the settings of one plugin are never judged by the trials
of another: the trials are grouped by its value (`sinesweep.report.levels`) and ranked by their scores; the share of the
ranks' variance that lies between the groups is taken, less what chance gives (ε², Kelley 1935, PNAS 21, 554), and
tested by Kruskal and Wallis (1952, JASA 47, 583). Ranks, because a learning rate that ruins a trial would drown all
else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinesweep.intervals import SIGNIFICANCE, holm
from sinesweep.report.levels import FEWEST_TRIALS, Levels, levels
from sinesweep.report.short import flat
from sinesweep.trial import Config


@dataclass(frozen=True)
class Factor:
    """One setting, in the trials that have it.

    Attributes:
        name: as in the search space, such as `features.log_mel.n_mels`; `augmentations.gain` is on or off.
        trials: their places in the list of trials, int `(n,)`.
        values: of the setting, one a trial.
    """

    name: str
    trials: NDArray[np.int64]
    values: tuple[Any, ...]

    @property
    def label(self) -> str:
        """The name without its kind: `log_mel.n_mels`, `learning_rate`; `front end` for the choice of it."""
        kind, _, rest = self.name.partition(".")
        return rest or {"features": "front end"}.get(kind, kind)


@dataclass(frozen=True)
class Importance:
    """How much one setting matters.

    Attributes:
        levels: the groups of its values.
        share: what it explains of the variance of the scores' ranks, 0 … 1; None where there are too few trials.
        p_value: that chance alone gives as much, corrected for the number of settings (Holm); None likewise.
    """

    factor: Factor
    levels: Levels
    share: float | None = None
    p_value: float | None = None

    @property
    def trials(self) -> int:
        """How many it was judged by."""
        return int((self.levels.codes >= 0).sum())

    @property
    def matters(self) -> bool:
        """Whether the trials can tell it from chance."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE


def importances(configs: Sequence[Config], goodness: Sequence[float]) -> list[Importance]:
    """Of every setting that varies, the most important first; those with too few trials come last.

    Args:
        configs: of the trials that are compared.
        goodness: their scores, more is better and all finite.
    """
    scores = np.asarray(goodness, float)
    found = [_measured(factor, scores[factor.trials]) for factor in factors(configs)]
    judged = [each for each in found if each.p_value is not None]
    corrected = holm([each.p_value for each in judged if each.p_value is not None])
    judged = [Importance(each.factor, each.levels, each.share, p) for each, p in zip(judged, corrected, strict=True)]
    judged.sort(key=lambda each: (-(each.share or 0.0), each.p_value, each.factor.name))
    return [*judged, *(each for each in found if each.p_value is None)]


def factors(configs: Sequence[Config]) -> list[Factor]:
    """Every setting that is not the same in all trials that have it, by name."""
    switches = {each["name"] for config in configs for each in config.get("augmentations", ())}
    found: dict[str, tuple[list[int], list[Any]]] = {}
    for place, config in enumerate(configs):
        settings = flat(config)
        settings.pop("augmentations", None)
        on = {each["name"] for each in config.get("augmentations", ())}
        settings |= {f"augmentations.{name}": name in on for name in switches}
        for name, value in settings.items():
            trials, values = found.setdefault(name, ([], []))
            trials.append(place)
            values.append(value if isinstance(value, str | int | float) else json.dumps(value))
    return [
        Factor(name, np.array(trials), tuple(values))
        for name, (trials, values) in sorted(found.items())
        if len(set(map(str, values))) > 1
    ]


def _measured(factor: Factor, scores: NDArray[np.float64]) -> Importance:
    """One setting; its p-value is not corrected yet."""
    groups = levels(factor.values)
    kept = groups.codes >= 0
    if kept.sum() < FEWEST_TRIALS or len(groups.names) < 2:
        return Importance(factor, groups)
    share, p_value = _kruskal(ranked(scores[kept]), groups.codes[kept], len(groups.names))
    return Importance(factor, groups, share, p_value)


def _kruskal(ranks: NDArray[np.float64], codes: NDArray[np.int64], groups: int) -> tuple[float, float]:
    """ε² and the p-value of Kruskal and Wallis's H."""
    centred, count = ranks - ranks.mean(), len(ranks)
    total = float(centred @ centred)
    if total == 0:
        return 0.0, 1.0
    sums, sizes = np.bincount(codes, centred, groups), np.bincount(codes, minlength=groups)
    between = float((sums**2 / sizes).sum()) / total
    share = 1 - (count - 1) / (count - groups) * (1 - between) if count > groups else 0.0
    return max(0.0, share), _chi_square_tail((count - 1) * between, groups - 1)


def _chi_square_tail(value: float, degrees: int) -> float:
    """The chance that a χ² variable exceeds `value` (Wilson and Hilferty 1931, PNAS 17, 684)."""
    spread = 2 / (9 * degrees)
    return 1 - NormalDist().cdf(((value / degrees) ** (1 / 3) - (1 - spread)) / math.sqrt(spread))


def ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rank of each value from 1 up, the mean rank where several are equal."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
