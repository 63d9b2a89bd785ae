"""Sinesweep's TPE draws what Optuna's draws, so that it finds what Optuna's finds, and only takes less time."""

import numpy as np
import optuna
import pytest
from optuna.samplers._tpe import _erf, _truncnorm
from optuna.trial import TrialState

from sinesweep.tpe import Tpe


def log_ndtr_by_number(a):
    return np.frompyfunc(_truncnorm._log_ndtr_single, 1, 1)(a).astype(float)


def ndtr_by_series(a):
    return 0.5 + 0.5 * _erf.erf(a / 2**0.5)


@pytest.fixture
def as_optuna_computes(monkeypatch):
    """The normal distribution as Optuna computes it without Sinesweep, so that no tie is broken by a last digit."""
    monkeypatch.setattr(_truncnorm, "_log_ndtr", log_ndtr_by_number)
    monkeypatch.setattr(_truncnorm, "_ndtr", ndtr_by_series)


def suggested(asked):
    """A point of a space in which a choice decides on what else there is to choose."""
    point = {"kind": asked.suggest_categorical("kind", ["line", "bow", "wave"]), "x": asked.suggest_float("x", -5, 5)}
    if point["kind"] != "line":
        point["depth"] = asked.suggest_int("depth", 1, 64, log=True)
    if point["kind"] == "wave":
        point["rate"] = asked.suggest_float("rate", 1e-4, 1.0, log=True)
        point["step"] = asked.suggest_float("step", 0.0, 1.0, step=0.25)
    return point


def height(point):
    return (point["x"] - 2) ** 2 + point.get("depth", 30) / 10 + {"line": 3, "bow": 1, "wave": 0}[point["kind"]]


def search(sampler, trials, objectives):
    """All points and how good the best is: some trials fail, some are pruned, one of three is always on its way."""
    study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
    points, running = [], []
    for number in range(trials):
        asked = study.ask()
        points.append(suggested(asked))
        running.append((asked, points[-1]))
        if len(running) < 3:
            continue
        ended, point = running.pop(0)
        if number % 7 == 0:
            ended.set_constraint("memory", 1.0)
            study.tell(ended, state=TrialState.PRUNED)
        elif number % 5 == 0 and objectives == 1:
            ended.report(height(point), number)
            study.tell(ended, state=TrialState.PRUNED)
        elif number % 11 == 0:
            study.tell(ended, state=TrialState.FAIL)
        else:
            study.tell(ended, [height(point), *[abs(point["x"])] * (objectives - 1)])
    return points, min(map(height, points))


@pytest.mark.parametrize("objectives", [1, 2])
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.usefixtures("as_optuna_computes")
def test_every_point_and_the_best_of_them_are_those_of_optunas_own(objectives, seed):
    own = search(Tpe(seed=seed, n_startup_trials=5), 60, objectives)
    assert own == search(optuna.samplers.TPESampler(seed=seed, n_startup_trials=5), 60, objectives)


def test_the_normal_distribution_is_optunas_up_to_rounding():
    places = np.concatenate([np.linspace(-60, 10, 2001), [-6.0, -20.0, 0.0, 6.0]])
    np.testing.assert_allclose(_truncnorm._log_ndtr(places), log_ndtr_by_number(places), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(_truncnorm._ndtr(places), ndtr_by_series(places), rtol=1e-12, atol=1e-15)


def test_a_new_seed_makes_it_draw_like_a_new_sampler():
    def after(sampler):
        study = optuna.create_study(sampler=sampler)
        for number in range(20):
            if isinstance(sampler, Tpe):
                sampler.reseed(number)
            else:
                study.sampler = optuna.samplers.TPESampler(seed=number, n_startup_trials=5)
            asked = study.ask()
            study.tell(asked, height(suggested(asked)))
        return [trial.params for trial in study.trials]

    assert after(Tpe(seed=0, n_startup_trials=5)) == after(None)
