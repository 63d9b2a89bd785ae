"""Waiting: the trials that a study holds before anybody asks: its first ones, and those that are tried again."""

from __future__ import annotations

import optuna
from optuna.trial import FrozenTrial, TrialState

from sinesweep.record import ACCUMULATE, FIRST, LOST, SEED, UNTIL
from sinesweep.sweep import Sweep
from sinesweep.trial import Trial

KEPT = (FIRST, SEED, UNTIL, ACCUMULATE, LOST)
"""What a trial that is tried again keeps beside its values."""

POINT = "fixed_params"
"""Optuna's own attribute of a trial that was queued with some of its values."""


def first_trials(sweep: Sweep) -> list[FrozenTrial]:
    """What a study begins with: the baseline's place and the points to try first, in this order."""
    points = (optuna.create_trial(state=TrialState.WAITING, system_attrs={POINT: point}) for point in sweep.enqueue)
    return [_baselines_place(), *points]


def same_again(trial: Trial) -> dict[str, int]:
    """What a trial that is tried again keeps."""
    kept = {FIRST: trial.origin, SEED: trial.seed, ACCUMULATE: trial.accumulate, LOST: trial.lost}
    return kept if trial.until is None else kept | {UNTIL: trial.until}


def _baselines_place() -> FrozenTrial:
    """Optuna's trial 0, so that its numbers and ours agree. FAIL keeps it out of the samplers' sight: a trial without
    parameters would shrink the space that they learn together."""
    note = {"note": "the baseline's place; its result is the study's attribute 'baseline'"}
    return optuna.create_trial(state=TrialState.FAIL, user_attrs=note)
