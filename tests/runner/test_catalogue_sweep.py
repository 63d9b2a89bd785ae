"""The whole catalogue in one sweep: every front end meets every network."""

from __future__ import annotations

import itertools

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

DRAWS = 100
"""So many points of a pair are tried before it counts as one that cannot work on these clips."""


def point_of(space, pair, rng):
    """A whole point of the space at which arithmetic finds nothing against a pair, or the reason why there is none."""
    draw, refusal = random_pick(rng), None
    for _ in range(DRAWS):
        point = dict(pair)
        config = space.suggest(lambda name, domain, point=point: point.setdefault(name, draw(name, domain)))
        try:
            assembly.check(config, Length("pad", 8000, 4000))
        except Infeasible as reason:
            refusal = reason
        else:
            return point, None
    return None, refusal


@pytest.mark.slow
@pytest.mark.ray
def test_every_front_end_meets_every_network_and_no_trial_fails(tones, tmp_path):
    features = [name for name in registry.names("features") if name not in FOR_VECTORS]
    architectures = registry.names("architectures")
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
    points, refusals = [], []
    for front, network in itertools.product(features, architectures):
        point, refusal = point_of(space, {"features": front, "architecture": network}, rng)
        if refusal is None:
            points.append(point)
        else:
            refusals.append(f"{front} · {network}: {refusal}")
    print(f"{len(points)} pairs; {len(refusals)} cannot work:", *refusals, sep="\n")
    assert len(points) > 6 * len(refusals)
    run(
        check_document(document | {"enqueue": points, "budget": {"trials": len(points)}, "finalists": {"trials": 0}}),
        tmp_path / "sweep",
    )
    assert board_of(tmp_path / "sweep").counts == {State.COMPLETE: len(points)}, status_of(tmp_path / "sweep")
