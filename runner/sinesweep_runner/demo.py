"""The demo: sounds out of nothing, a real sweep on them, and one prediction."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from string import Template

import typer

SWEEP = r"""# Ten classes of synthesized sound, each in eight recordings. Run it: sinesweep run sweep.yaml
name: demo
data: {reader: $folder, path: sounds, group: '(\w+/rec\d+)'}   # takes of one recording stay together
audio: {rate_hz: 8000, seconds: 1.0, length: pad}
split: {test: 0.2, valid: 0.25}
features:
  $log_mel: {hop_ms: [10.0, 16.0, 20.0], n_mels: {low: 20, high: 40}}
  $mfcc: {hop_ms: [10.0, 16.0, 20.0], n_mels: [32], n_mfcc: {low: 12, high: 24}}
  $stft: {hop_ms: [10.0, 16.0, 20.0], window_ms: [16.0, 32.0]}
architectures:
  $cnn: {blocks: [2, 3], filters: [16, 24], kernel: 3, head: global_average}
  $mlp: {}
augmentations: [$gain, $time_mask]
losses: {$cross_entropy: {label_smoothing: [0.0, 0.1]}}
fit: {epochs: 12, batch_size: [16, 32], learning_rate: {low: 1e-3, high: 1e-2}}
search: {objective: accuracy, sampler: tpe, pruner: median, seed: 0}
budget: {trials: 16}
"""
NAMED = {
    "datasets": ("folder",),
    "features": ("log_mel", "mfcc", "stft"),
    "architectures": ("cnn", "mlp"),
    "augmentations": ("gain", "time_mask"),
    "losses": ("cross_entropy",),
}
"""The plugins in it, Sinesweep's own, whoever else has one of that name."""


def prepare(folder: Path, seed: int = 0) -> Path:
    """Writes `folder/sounds/` and `folder/sweep.yaml`; returns the sweep file.

    Raises:
        SweepError: the folder cannot be written to.
    """
    from sinesweep.errors import SweepError
    from sinesweep.registry import unmistakable
    from sinesweep_runner.synthesis import synthesize

    names = {name: unmistakable(kind, name) for kind, some in NAMED.items() for name in some}
    file = folder / "sweep.yaml"
    try:
        synthesize(folder / "sounds", seed)
        file.write_text(Template(SWEEP).substitute(names), encoding="utf-8")
    except OSError as reason:
        raise SweepError(f"{folder}: the demo cannot be written there: {reason}; name another folder") from None
    return file


def run_demo(folder: Path) -> None:
    """Synthesizes, searches, prints the leaderboard, and asks the winner about a sound of the test part.

    Every run gets a folder of its own: `folder/run-1`, `folder/run-2`, …

    Raises:
        UserError: the folder cannot be used.
        SweepFailed: the sweep began and had to stop.
    """
    from sinesweep.sweepfile import read_sweep
    from sinesweep_runner import sweeping
    from sinesweep_runner.model.artifact import Artifact
    from sinesweep_runner.model.prediction import predict
    from sinesweep_runner.model.written import as_text
    from sinesweep_runner.printing import print_outcome

    file = prepare(folder)
    out = next(run for run in (folder / f"run-{number}" for number in count(1)) if not run.exists())

    typer.echo(f"$ sinesweep run {file} --out {out}")
    outcome = sweeping.run(read_sweep(file), out)
    print_outcome(outcome)
    if outcome.stopped:
        return
    sound = _sealed_sound(out)
    typer.echo(f"\n$ sinesweep predict {out / 'best'} {sound}")
    typer.echo(as_text(predict(Artifact.load(out / "best"), [sound])).rstrip("\n"))


def _sealed_sound(out: Path) -> Path:
    """The first sound of the test part: no trial has heard it, nor any other take of its recording."""
    from sinesweep_runner.sweepfolder import SweepFolder

    split = json.loads(SweepFolder(out).split_file.read_text(encoding="utf-8"))
    return Path(split["clips"][split["test"][0]]["path"])
