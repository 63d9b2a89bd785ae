"""A survey of a search space: which share of it cannot work, and why, by arithmetic alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sinesweep.contract import Shape
from sinesweep.errors import Infeasible
from sinesweep.picks import random_pick
from sinesweep.space import SearchSpace
from sinesweep.trial import Config
from sinesweep.wording import plain, without_numbers


@dataclass(frozen=True)
class Survey:
    """What a random look at a space found.

    Attributes:
        share: of the configurations, those that are infeasible.
        looks: how many were tried.
        reasons: the first of each kind of reason, and how many are of its kind; the most frequent first.
        cells: mean size of the features.
        epochs: mean number.
    """

    share: float
    looks: int
    reasons: tuple[tuple[str, int], ...]
    cells: float
    epochs: float


def survey(space: SearchSpace, check: Callable[[Config], Shape], looks: int = 300, seed: int = 0) -> Survey:
    """Tries `looks` random configurations; nothing is built.

    Args:
        space: where they come from.
        check: the shape of a configuration's features, by arithmetic alone; raises Infeasible.
        looks: how many.
        seed: which.
    """
    pick = random_pick(np.random.default_rng(seed))
    kinds: Counter[str] = Counter()
    examples: dict[str, str] = {}
    cells, epochs = [], []
    for _ in range(looks):
        config = space.suggest(pick)
        try:
            shape = check(config)
        except Infeasible as reason:
            told = plain(reason)
            kind = without_numbers(told)
            kinds[kind] += 1
            examples.setdefault(kind, told)
        else:
            cells.append(float(np.prod(shape)))
            epochs.append(float(config["fit"]["epochs"]))
    return Survey(
        share=kinds.total() / looks,
        looks=looks,
        reasons=tuple((examples[kind], count) for kind, count in kinds.most_common()),
        cells=float(np.mean(cells)) if cells else 0.0,
        epochs=float(np.mean(epochs)) if epochs else 0.0,
    )
