"""Origin: what a saved model tells of the data that it learnt from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sinesweep.dataset import Dataset
from sinesweep.split import Split
from sinesweep.sweep import Sweep
from sinesweep_runner.fetch.fetching import SOURCE

NEAR = 3
"""The record of where data come from lies in their folder or above it: so many are looked into."""


def origin_of(sweep: Sweep, dataset: Dataset, split: Split) -> dict[str, Any]:
    """Name and sizes, for `model.json`; of data that `sinesweep data fetch` has got, licence and citation too."""
    groups = dataset.groups()
    sealed = set(split.test)
    return {
        "name": dataset.name,
        "reader": sweep.data.reader,
        "clips": {"all": len(groups), "trained": len(groups) - len(sealed), "test": len(sealed)},
        "groups": {"all": len(set(groups)), "test": len({groups[clip] for clip in sealed})} if dataset.grouped else {},
        "classes": dataset.class_counts(),
        **_licence(sweep.data.settings().get("path")),
    }


def _licence(path: Any) -> dict[str, str]:
    """`licence` and `citation`, where they have been recorded."""
    folders = [Path(path), *Path(path).parents][:NEAR] if isinstance(path, str) else []
    record = next((folder / SOURCE for folder in folders if (folder / SOURCE).is_file()), None)
    if record is None:
        return {}
    try:
        source = json.loads(record.read_text(encoding="utf-8"))
        return {name: str(source[name]) for name in ("licence", "citation")}
    except (OSError, ValueError, KeyError, TypeError):  # no reason to lose a model that has been trained
        return {}
