"""The material of benchmarks that need no data: a small sweep on synthesized sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.picks import random_pick
from sinesweep.sweep import Sweep
from sinesweep.trial import Config
from sinesweep_runner.preparing import look, material_of, read_table
from sinesweep_runner.sound.waveforms import WaveformStore
from sinesweep_runner.synthesis import synthesize
from sinesweep_runner.training.material import Material


def prepare(folder: Path, sections: Mapping[str, Any]) -> tuple[Material, Callable[[], Config]]:
    """Sounds in `folder`, decoded, and what gives one random configuration of the sweep after another."""
    synthesize(folder / "sounds")
    data = {"reader": "folder", "path": str(folder / "sounds")}
    sweep = Sweep.model_validate({"name": "synthesized", "data": data, **sections})
    table, store = read_table(sweep), WaveformStore(folder / "store", 10**9)
    prepared = look(table, table.sweep, store, lambda what: lambda done, total: None)
    material = material_of(prepared, table.sweep, store, lambda what: lambda done, total: None)
    space, pick = sweep.space(), random_pick(np.random.default_rng(0))
    return material, lambda: space.suggest(pick)
