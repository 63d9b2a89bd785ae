"""MLflow: an experiment in a database of its own, no server needed to write it."""

from __future__ import annotations

import logging
import math
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from sinesweep_runner.tracking.runs import Run

T = TypeVar("T")

MANY, FEW = 1000, 100
"""Metrics that MLflow takes in one call, and parameters or tags."""
LONGEST = 5000
"""Letters of a tag that it takes."""


def write(runs: Sequence[Run], out: Path) -> str:
    """Writes them, and says how to look at them."""
    out.mkdir(parents=True, exist_ok=True)
    logging.getLogger("mlflow.store").setLevel(logging.WARNING)  # it tells of every table that it makes
    storage = f"sqlite:///{(out / 'mlflow.db').resolve()}"
    client = MlflowClient(tracking_uri=storage)
    experiment = client.create_experiment(runs[0].sweep, artifact_location=(out / "artifacts").resolve().as_uri())
    for run in runs:
        _write_run(client, experiment, run)
    return f"mlflow ui --host 127.0.0.1 --backend-store-uri {shlex.quote(storage)}"


def _write_run(client: MlflowClient, experiment: str, run: Run) -> None:
    made = client.create_run(experiment, start_time=round(1000 * run.began), run_name=run.name)
    number = made.info.run_id
    for metrics in _parts(_metrics(run), MANY):
        client.log_batch(number, metrics=metrics)
    for params in _parts((Param(name, str(value)) for name, value in run.settings.items()), FEW):
        client.log_batch(number, params=params)
    for tags in _parts((RunTag(name, value[:LONGEST]) for name, value in run.tags.items()), FEW):
        client.log_batch(number, tags=tags)
    client.set_terminated(number, "FAILED" if run.failed else "FINISHED", round(1000 * run.ended))


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _metrics(run: Run) -> Iterator[Metric]:
    when = round(1000 * run.ended)
    for name, value in run.metrics.items():
        yield Metric(name, value, when, 0)
    for name, curve in run.curves.items():
        for step, value in enumerate(curve, start=1):
            if math.isfinite(value):
                yield Metric(f"epochs/{name}", value, when, step)
