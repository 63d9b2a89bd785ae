"""What samplers need beside Optuna; known without loading it."""

from __future__ import annotations

import importlib.util

NEEDS = {"cmaes": ("cmaes",), "gp": ("scipy", "torch")}
"""Packages, by the sampler."""


def missing_for(sampler: str) -> str:
    """What is not installed here and this sampler needs, with the way out; empty where nothing is missing."""
    missing = [package for package in NEEDS.get(sampler, ()) if importlib.util.find_spec(package) is None]
    if not missing:
        return ""
    return f"'{sampler}' needs {' and '.join(missing)}, not installed here: pip install 'sinesweep[{sampler}]'"
