"""Observations know what each trial has, and what all that have ended have in common."""

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from sinesweep.observations import Observations

KIND, RATE, SIZE = CategoricalDistribution(["line", "bow"]), FloatDistribution(0.0, 1.0), IntDistribution(1, 9)


def a_trial(number, state=TrialState.COMPLETE, **values):
    """A trial in which these parameters were asked for."""
    ranges = {"kind": KIND, "rate": RATE, "size": SIZE}
    trial = optuna.create_trial(
        state=state,
        value=0.5 if state is TrialState.COMPLETE else None,
        params=values,
        distributions={name: ranges[name] for name in values},
    )
    trial.number = number
    return trial


def noted(*trials):
    observations = Observations()
    for trial in trials:
        observations.note(trial, trial.params)
    return observations


def test_trials_without_one_of_the_parameters_are_left_out_and_options_are_counted():
    observations = noted(a_trial(0, kind="bow", rate=0.25), a_trial(3, kind="line"), a_trial(70, kind="line", rate=1.0))
    both = observations.of(np.array([0, 3, 70]), ["kind", "rate"])
    np.testing.assert_array_equal(both, [[1, 0.25], [0, 1.0]])
    np.testing.assert_array_equal(observations.of(np.array([3]), ["kind"]), [[0]])


def test_where_nobody_has_a_parameter_there_is_no_row():
    assert noted(a_trial(0, rate=0.5)).of(np.array([0]), ["rate", "size"]).shape == (0, 2)
    assert Observations().of(np.array([], dtype=int), ["rate"]).shape == (0, 1)


def test_what_was_drawn_for_a_running_trial_and_never_asked_for_is_forgotten_when_it_ends():
    observations = noted(a_trial(0, rate=0.5, size=3))
    running = a_trial(1, TrialState.RUNNING, rate=0.1)
    observations.note(running, {"rate": 0.1, "size": 7})
    assert running not in observations
    np.testing.assert_array_equal(observations.of(np.array([0, 1]), ["size"]), [[3], [7]])
    ended = a_trial(1, rate=0.1)
    observations.note(ended, ended.params)
    assert ended in observations
    np.testing.assert_array_equal(observations.of(np.array([0, 1]), ["size"]), [[3]])


def test_common_is_what_all_ended_trials_have_in_one_range():
    observations = noted(a_trial(0, kind="bow", rate=0.5, size=2), a_trial(1, kind="line", size=3))
    assert observations.common == {"kind": KIND, "size": SIZE}
    observations.note(a_trial(2, TrialState.RUNNING, kind="bow"), {"kind": "bow"})
    assert observations.common == {"kind": KIND, "size": SIZE}
    other = a_trial(2, kind="bow", size=4)
    other.distributions["size"] = IntDistribution(1, 99)
    observations.note(other, other.params)
    assert observations.common == {"kind": KIND}
