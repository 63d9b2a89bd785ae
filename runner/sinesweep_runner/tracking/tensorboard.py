"""TensorBoard: a folder of event files a run, with the settings for its HParams page."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.api_pb2 import STATUS_FAILURE, STATUS_SUCCESS
from tensorboard.plugins.hparams.summary import session_end_pb
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from sinesweep_runner.tracking.runs import Run


def write(runs: Sequence[Run], out: Path) -> str:
    """Writes them, and says how to look at them."""
    for run in runs:
        writer = EventFileWriter(str(out / run.name))
        try:
            for event in _events(run):
                writer.add_event(event)
        finally:
            writer.close()
    return f"tensorboard --logdir {shlex.quote(str(out))}"


def _events(run: Run) -> list[Event]:
    """The settings, the curves, and in the last step what came of it, as HParams compares runs."""
    first = hparams_pb(dict(run.settings), trial_id=run.name, start_time_secs=run.began)
    events = [Event(wall_time=run.began, summary=first)]
    for name, curve in run.curves.items():
        steps = [(step, value) for step, value in enumerate(curve, start=1) if math.isfinite(value)]
        events += [_scalar(run, f"epochs/{name}", value, step) for step, value in steps]
    events += [_scalar(run, name, value, 0) for name, value in run.metrics.items()]
    status = STATUS_FAILURE if run.failed else STATUS_SUCCESS
    # It is made with TensorFlow's own copy of the message where TensorFlow is loaded.
    last = Summary.FromString(session_end_pb(status, run.ended).SerializeToString())
    return [*events, Event(wall_time=run.ended, summary=last)]


def _scalar(run: Run, tag: str, value: float, step: int) -> Event:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(wall_time=run.ended, step=step, summary=summary)
