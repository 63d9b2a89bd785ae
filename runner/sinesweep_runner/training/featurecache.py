"""The cache of features: one folder and one limit, for those of host extractors and those of front ends of Keras."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sinesweep import registry
from sinesweep.contract import FrontEnd
from sinesweep.identity import identity
from sinesweep.lengths import Length
from sinesweep_runner.cache.entries import Entries
from sinesweep_runner.cache.ledger import Ledger
from sinesweep_runner.cache.place import cache_folder, limit_of

LIMIT_VARIABLE, DEFAULT_LIMIT_GB = "SINESWEEP_FEATURES_GB", 10.0

UNHEARD = ("normalisation",)
"""Settings that a front end's features do not follow from."""


def cache_limit() -> int:
    """How many bytes of features may lie on disk; raises SweepError where the environment says it with no number."""
    return limit_of(LIMIT_VARIABLE, DEFAULT_LIMIT_GB)


def folder() -> Path:
    """Where features are kept."""
    return (cache_folder() / "features").absolute()


def opened() -> tuple[Entries, Ledger]:
    """The entries, and the ledger that knows them; raises SweepError as `cache_limit` does."""
    ledger = Ledger(folder())
    return Entries(folder(), "entries", cache_limit(), ledger), ledger


def heard(front: FrontEnd) -> list[Any]:
    """Plain values that are equal where the features of two front ends are, whatever is done with them afterwards."""
    return identity(front, leave_out=UNHEARD)


def prefix(front: FrontEnd, name: str, length: Length, tools: Sequence[str]) -> str:
    """What the names of all entries of a front end are made from, beside the sound.

    Args:
        name: its name in the registry.
        length: of the windows.
        tools: versions, and whatever else decides the last bits.
    """
    listed = registry.listed("features", name)
    owner = "" if listed is None else listed.distribution
    return json.dumps([*heard(front), owner, list(tools), asdict(length)])
