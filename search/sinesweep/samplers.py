"""Optuna's samplers and pruners by the names of a sweep file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import optuna
from optuna import pruners, samplers
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial

from sinesweep.errors import SweepError
from sinesweep.pruning import warm_up
from sinesweep.samplerneeds import missing_for
from sinesweep.sections import Search
from sinesweep.storage import first_name
from sinesweep.tpe import Tpe

SEQUENCES = ("qmc",)
"""Samplers whose draws are places in one sequence; the others draw anew each time."""


class Hyperband(pruners.HyperbandPruner):
    """Optuna's, but that trials keep their brackets in the study of an extended sweep, which has a name of its own."""

    def _get_bracket_id(self, study: optuna.Study, trial: FrozenTrial) -> int:
        named: Any = SimpleNamespace(study_name=first_name(study.study_name))
        return super()._get_bracket_id(named, trial)


def make_sampler(search: Search, seed: int) -> samplers.BaseSampler:
    """The sampler, seeded.

    Raises:
        SweepError: it needs a package that is not installed.
    """
    if missing := missing_for(search.sampler):
        raise SweepError(f"search.sampler: {missing}")
    startup = search.startup_trials
    makers: dict[str, Callable[[], samplers.BaseSampler]] = {
        "tpe": lambda: Tpe(seed=seed, n_startup_trials=startup),
        "random": lambda: samplers.RandomSampler(seed=seed),
        "grid": lambda: samplers.RandomSampler(seed=seed),  # fills what a queued point leaves open
        "qmc": lambda: samplers.QMCSampler(seed=seed, warn_independent_sampling=False, warn_asynchronous_seeding=False),
        "cmaes": lambda: samplers.CmaEsSampler(seed=seed, n_startup_trials=startup, warn_independent_sampling=False),
        "gp": lambda: samplers.GPSampler(seed=seed, n_startup_trials=startup),
        "nsga2": lambda: samplers.NSGAIISampler(seed=seed),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return makers[search.sampler]()


def reseeded(sampler: samplers.BaseSampler, search: Search, seed: int) -> samplers.BaseSampler:
    """A sampler that draws like a new one of that seed: where that is possible the same."""
    if not isinstance(sampler, Tpe):
        return make_sampler(search, seed)
    sampler.reseed(seed)
    return sampler


def advance(sampler: samplers.BaseSampler, study: optuna.Study, draws: int) -> None:
    """Lets a sequence go on in a new study behind so many draws: its places there would be those of the first again."""
    if not isinstance(sampler, samplers.QMCSampler):
        raise ValueError(f"expected a sampler that draws from a sequence, got {type(sampler).__name__}")
    space = sampler.infer_relative_search_space(study, study.get_trials(deepcopy=False)[0])
    for _ in range(draws):
        sampler._find_sample_id(study, space)


def make_pruner(search: Search, epochs: int) -> pruners.BasePruner:
    """The pruner; `epochs` is the longest training of the sweep."""
    first = warm_up(epochs)
    makers: dict[str, Callable[[], pruners.BasePruner]] = {
        "median": lambda: pruners.MedianPruner(search.startup_trials, n_warmup_steps=first),
        "hyperband": lambda: Hyperband(min_resource=first, max_resource=max(epochs, first + 1)),
        "asha": pruners.NopPruner,  # pauses by the rungs of `sinesweep.promotion` instead
        "none": pruners.NopPruner,
    }
    return makers[search.pruner]()
