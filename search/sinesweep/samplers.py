"""Optuna's samplers and pruners by the names of a sweep file."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable

from optuna import pruners, samplers
from optuna.exceptions import ExperimentalWarning

from sinesweep.errors import SweepError
from sinesweep.sweep import Search

NEEDS = {"cmaes": ("cmaes",), "gp": ("scipy", "torch")}
"""Packages that a sampler needs beside Optuna."""


def make_sampler(search: Search, seed: int) -> samplers.BaseSampler:
    """The sampler, seeded.

    Raises:
        SweepError: it needs a package that is not installed.
    """
    missing = [package for package in NEEDS.get(search.sampler, ()) if importlib.util.find_spec(package) is None]
    if missing:
        raise SweepError(
            f"search.sampler: '{search.sampler}' needs {' and '.join(missing)}, not installed here:"
            f" pip install 'sinesweep[{search.sampler}]'"
        )
    startup = search.startup_trials
    makers: dict[str, Callable[[], samplers.BaseSampler]] = {
        "tpe": lambda: samplers.TPESampler(seed=seed, n_startup_trials=startup),
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


def make_pruner(search: Search, epochs: int) -> pruners.BasePruner:
    """The pruner; `epochs` is the longest training of the sweep."""
    warm_up = max(1, epochs // 5)
    makers: dict[str, Callable[[], pruners.BasePruner]] = {
        "median": lambda: pruners.MedianPruner(search.startup_trials, n_warmup_steps=warm_up),
        "hyperband": lambda: pruners.HyperbandPruner(min_resource=warm_up, max_resource=max(epochs, warm_up + 1)),
        "asha": lambda: pruners.SuccessiveHalvingPruner(min_resource=warm_up),
        "none": pruners.NopPruner,
    }
    return makers[search.pruner]()
