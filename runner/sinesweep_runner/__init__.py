"""The engine: trains with Keras, spreads trials with Ray, and speaks the command line.

From Python: `run`, `resume`, `finalize`, `board_of` and `Artifact` do what the commands do, and return objects.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Artifact": "sinesweep_runner.model.artifact",
    "Exported": "sinesweep_runner.export.exported",
    "Outcome": "sinesweep_runner.searching",
    "Stream": "sinesweep_runner.model.stream",
    "board_of": "sinesweep_runner.outcome",
    "finalize": "sinesweep_runner.sweeping",
    "predict": "sinesweep_runner.model.prediction",
    "resume": "sinesweep_runner.resuming",
    "run": "sinesweep_runner.sweeping",
    "segments": "sinesweep_runner.model.segments",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: the command line answers before Optuna is loaded."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
