"""The whole catalogue in one sweep: every front end meets every network."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.errors import Infeasible
from sinesweep.lengths import Length
from sinesweep.picks import random_pick
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import board_of, run
from sinesweep_runner.outcome import status_of
from sinesweep_runner.training import assembly

FOR_VECTORS = {"vector"}


def can_work(space, point, rng) -> bool:
    """Whether arithmetic finds nothing against a pair, at one of its points."""

    def pick(name, domain):
        return point.get(name) or random_pick(rng)(name, domain)

    try:
        assembly.check(space.suggest(pick), Length("pad", 8000, 4000))
    except Infeasible:
        return False
    return True


@pytest.mark.slow
@pytest.mark.ray
def test_every_front_end_meets_every_network_and_no_trial_fails(tones, tmp_path):
    features = [name for name in registry.names("features") if name not in FOR_VECTORS]
    architectures = registry.names("architectures")
    points = [{"features": front, "architecture": network} for front in features for network in architectures]
    document = {
        "name": "catalogue",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "features": features,
        "architectures": architectures,
        "fit": {"epochs": 1, "batch_size": 16, "learning_rate": 1e-3},
        "search": {"sampler": "random", "pruner": "none"},
        "baseline": None,
        "workers": {"count": 2},
    }
    space, rng = check_document(document).space(), np.random.default_rng(0)
    feasible = [point for point in points if can_work(space, point, rng)]
    assert len(feasible) > len(points) / 2
    run(check_document(document | {"enqueue": feasible, "budget": {"trials": len(feasible)}}), tmp_path / "sweep")
    board = board_of(tmp_path / "sweep")
    assert board.counts.get(State.FAILED, 0) == 0, status_of(tmp_path / "sweep")
    assert len(board.rows) == len(feasible)
