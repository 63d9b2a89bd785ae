"""Kernels lie, candidates fall and densities are as in Optuna's estimators, for every kind of parameter."""

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

from sinesweep.parzen import ParzenEstimator

SPACE = {
    "pooling": CategoricalDistribution(["max", "mean", None]),
    "dropout": FloatDistribution(0.0, 0.5),
    "rate_hz": FloatDistribution(44_000.0, 44_100.0),
    "learning_rate": FloatDistribution(1e-5, 1e-1, log=True),
    "momentum": FloatDistribution(0.0, 1.0, step=0.25),
    "filters": IntDistribution(1, 64, log=True),
    "layers": IntDistribution(2, 9),
}


def drawn(distribution, chance, points):
    """Values as Optuna counts them inside."""
    if isinstance(distribution, CategoricalDistribution):
        return chance.randint(len(distribution.choices), size=points).astype(float)
    if distribution.step:
        steps = round((distribution.high - distribution.low) / distribution.step)
        return distribution.low + chance.randint(steps + 1, size=points) * float(distribution.step)
    if distribution.log:
        return np.exp(chance.uniform(np.log(distribution.low), np.log(distribution.high), points))
    return chance.uniform(distribution.low, distribution.high, points)


@pytest.mark.parametrize("names", [list(SPACE), *([name] for name in SPACE)], ids=" ".join)
@pytest.mark.parametrize("points", [0, 1, 2, 7, 60])
def test_candidates_and_their_densities_are_those_of_optuna(names, points):
    chance, space = np.random.RandomState(points), {name: SPACE[name] for name in names}
    observed = {name: drawn(distribution, chance, points) for name, distribution in space.items()}
    theirs = _ParzenEstimator(observed, space, _ParzenEstimatorParameters(1.0, True, False, default_weights, True))
    ours = ParzenEstimator(space, np.stack([*observed.values()], axis=1), default_weights(points))
    expected, candidates = theirs.sample(np.random.RandomState(1), 24), ours.sample(np.random.RandomState(1), 24)
    np.testing.assert_allclose(candidates, np.stack([*expected.values()], axis=1), rtol=1e-12)
    np.testing.assert_allclose(ours.log_density(candidates), theirs.log_pdf(expected), rtol=0, atol=1e-10)


def test_of_several_objectives_every_good_point_weighs_the_same():
    space, observed = {"dropout": SPACE["dropout"]}, np.linspace(0.1, 0.4, 40)
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    theirs = _ParzenEstimator({"dropout": observed}, space, parameters, np.ones(40))
    ours, candidates = ParzenEstimator(space, observed[:, np.newaxis], np.ones(40)), np.linspace(0, 0.5, 11)
    np.testing.assert_allclose(ours.log_density(candidates[:, np.newaxis]), theirs.log_pdf({"dropout": candidates}))
