"""TPE: Optuna's Tree-structured Parzen Estimator, with less to do for every parameter.

Source: J. Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011. Optuna sorts all trials into
good ones and others anew for each parameter that it draws, and collects their values; here that is done once a trial,
and the estimators compute with whole arrays. What is drawn is the same, up to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna import samplers
from optuna.distributions import BaseDistribution
from optuna.samplers._tpe.sampler import (
    _split_trials,
    default_gamma,
    default_gamma_multiobjective,
    default_weights,
)
from optuna.trial import FrozenTrial, TrialState

from sinesweep.observations import Observations
from sinesweep.parzen import ParzenEstimator

SEEN = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
"""Those that run count among the others, so that nobody draws the same beside them."""


@dataclass(frozen=True)
class Division:
    """What is known before the trial `number`: how many have ended, and the numbers of the good ones and the others."""

    number: int
    ended: int
    good: np.ndarray
    others: np.ndarray


class Tpe(samplers.TPESampler):
    """Optuna's, but quicker, and that it can be given a new seed."""

    def __init__(self, *, seed: int, n_startup_trials: int) -> None:
        super().__init__(seed=seed, n_startup_trials=n_startup_trials)
        self._divided: Division | None = None
        self._observations = Observations()

    def reseed(self, seed: int) -> None:
        """Draws from now on like a new sampler of that seed, and looks at all trials again."""
        for chance in (self._rng, self._random_sampler._rng):
            chance.rng.seed(seed)
        self._divided = None

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """The parameters that are drawn together; with several objectives each is drawn by itself."""
        if study._is_multi_objective():
            return {}
        self._division(study, trial)
        return {name: each for name, each in sorted(self._observations.common.items()) if not each.single()}

    def _sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The values of those, once enough trials have ended; Optuna notes them with the trial."""
        if not search_space or self._division(study, trial).ended < self._n_startup_trials:
            return {}
        return self._sample(study, trial, search_space)

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """The value of a parameter that some trials lack; by chance alone while few have ended."""
        if self._division(study, trial).ended < self._n_startup_trials:
            return self._random_sampler.sample_independent(study, trial, param_name, param_distribution)
        return self._sample(study, trial, {param_name: param_distribution})[param_name]

    def _sample(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The best of some candidates that lie near the good trials."""
        division = self._division(study, trial)
        good, others = (self._observations.of(part, search_space) for part in (division.good, division.others))
        alike = np.ones(len(good)) if study._is_multi_objective() else default_weights(len(good))
        near = ParzenEstimator(search_space, good, alike)
        far = ParzenEstimator(search_space, others, default_weights(len(others)))
        candidates = near.sample(self._rng.rng, self._n_ei_candidates)
        best = candidates[np.argmax(near.log_density(candidates) - far.log_density(candidates))].tolist()
        return {
            name: distribution.to_external_repr(value)
            for (name, distribution), value in zip(search_space.items(), best, strict=True)
        }

    def _division(self, study: optuna.Study, trial: FrozenTrial) -> Division:
        if self._divided is None or self._divided.number != trial.number:
            trials = [each for each in study._get_trials(deepcopy=False, states=SEEN) if each.number != trial.number]
            for each in trials:
                if each not in self._observations:
                    self._observations.note(each, self._get_params(each, study))
            ended = sum(each.state is not TrialState.RUNNING for each in trials)
            share = default_gamma_multiobjective if study._is_multi_objective() else default_gamma
            parts = _split_trials(study, trials, share(ended))
            good, others = (np.array([each.number for each in part], dtype=int) for part in parts)
            self._divided = Division(trial.number, ended, good, others)
        return self._divided
