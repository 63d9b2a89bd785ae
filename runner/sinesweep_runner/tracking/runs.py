"""Runs: what trackers of experiments want to know of a trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sinesweep.objectives import costs_of
from sinesweep.record import Record
from sinesweep.report.short import flat
from sinesweep.trial import Result, State
from sinesweep_runner.sweepfolder import SweepFolder

Setting = bool | int | float | str


@dataclass(frozen=True)
class Run:
    """One trial that has ended.

    Attributes:
        name: such as `trial-00012`.
        sweep: the name of its sweep.
        settings: the configuration, by the dotted names of the search space.
        metrics: at its end, mean over folds, and what its network costs; finite.
        curves: `metric/fold` by epoch, from 1; the fold is left out where there is one. NaN where there was none.
        tags: state, device, seed, and what went wrong.
        began, ended: in epoch seconds, as far as that is known.
    """

    name: str
    sweep: str
    settings: Mapping[str, Setting]
    metrics: Mapping[str, float]
    curves: Mapping[str, Sequence[float]]
    tags: Mapping[str, str]
    began: float
    ended: float

    @property
    def failed(self) -> bool:
        """Whether it has no score."""
        return self.tags["state"] not in (State.COMPLETE, State.PRUNED, State.PAUSED)


def runs_of(folder: Path) -> list[Run]:
    """Every trial of a sweep that has ended, the baseline first; raises SweepError where the folder holds none."""
    place = SweepFolder(folder)
    sweep = place.begun()
    record = Record.of(sweep, place.storage(sweep))
    baseline = [record.baseline] if record.baseline else []
    return [_run(sweep.name, result) for result in (*baseline, *record.results())]


def _run(sweep: str, result: Result) -> Run:
    numbers = {**result.metrics, **costs_of(result), "seconds": result.seconds}
    began = result.began or 0.0
    return Run(
        name=f"trial-{result.trial.number:05d}",
        sweep=sweep,
        settings={key: _plain(value) for key, value in flat(result.trial.config).items()},
        metrics={name: value for name, value in numbers.items() if math.isfinite(value)},
        curves=_curves(result),
        tags=_tags(result),
        began=began,
        ended=result.ended or began + result.seconds,
    )


def _plain(value: object) -> Setting:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _curves(result: Result) -> dict[str, list[float]]:
    histories = [fold.history for fold in result.folds] + ([result.unfinished] if result.unfinished else [])
    found: dict[str, list[float]] = {}
    for fold, history in enumerate(histories, start=1):
        where = f"/fold{fold}" if len(histories) > 1 else ""
        for name in {name for epoch in history for name in epoch}:
            found[name + where] = [float(epoch.get(name, math.nan)) for epoch in history]
    return found


def _tags(result: Result) -> dict[str, str]:
    tags = {"state": str(result.state), "device": result.device, "seed": str(result.trial.seed)}
    tags |= {f"version.{package}": version for package, version in result.versions.items()}
    if result.failure is not None:
        tags |= {"failure": f"{result.failure.cause}: {result.failure.message}"}
    return tags
