"""Reading a sweep's folder: its leaderboard and how far it is, while it runs and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sinesweep.dataset import Task
from sinesweep.errors import SweepError
from sinesweep.leaderboard import Header, Leaderboard, Opening
from sinesweep.predictions import Predictions, load
from sinesweep.record import Record
from sinesweep.report.short import flat
from sinesweep.sweep import Sweep
from sinesweep.trial import Result, State
from sinesweep.wording import duration
from sinesweep_runner.sweepfolder import SweepFolder


def board_of(folder: Path) -> Leaderboard:
    """The leaderboard of the sweep in a folder.

    Raises:
        SweepError: there is no sweep in it.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    record = Record.of(sweep, place.storage(sweep))
    results, split, opened = record.results(), place.recall(place.split_file) or {}, place.recall(place.test_file)
    clips = split.get("clips", [])
    return Leaderboard.of(
        _header(sweep, split, record, results),
        results,
        record.baseline,
        _predictions_in(folder),
        [clip["group"] for clip in clips],
        _opening(opened) if opened and "score" in opened else None,
    )


def status_of(folder: Path) -> str:
    """How far the sweep is, in a few lines."""
    place = SweepFolder(folder)
    sweep = place.sweep()
    if not place.has_begun(sweep):
        return f"{sweep.name}: the search has not begun; a sweep reads its sounds first"
    record = Record.of(sweep, place.storage(sweep))
    results = record.results()
    spent = sum(result.state.spent for result in results)
    ends = Counter(result.state for result in results)
    lines = [
        f"{sweep.name}: {spent} of {sweep.budget.trials} trials ({record.seconds / 3600:.2f} h of search)",
        ", ".join(f"{count} {state}" for state, count in ends.items()) or "no trial has ended yet",
        f"{record.running} running" if record.running else "nothing is running",
        _seal(place.recall(place.test_file)),
    ]
    board = board_of(folder)
    if board.best is not None:
        score = board.metric.show(board.best.score)
        lines.append(f"best so far: trial {board.best.number} with {sweep.search.objective} {score}")
    return "\n".join(lines)


def trial_text(folder: Path, number: int) -> str:
    """All that is known of one trial, 0 for the baseline: configuration, folds, and the traceback of one that failed.

    Raises:
        SweepError: there is no sweep in the folder, or no such trial has ended.
    """
    place = SweepFolder(folder)
    sweep = place.sweep()
    record = Record.of(sweep, place.storage(sweep))
    ended = [*([record.baseline] if record.baseline else []), *record.results()]
    results = {result.trial.number: result for result in ended}
    if number not in results:
        have = f"it has {min(results)} … {max(results)}" if results else "none has ended yet"
        raise SweepError(f"{folder}: trial {number} has not ended, or there is none; {have}")
    result, objective = results[number], sweep.search.objective
    lines = [f"trial {number}: {result.state} after {duration(result.seconds)}"]
    lines += [f"  {name}: {value:.4f}" for name, value in result.metrics.items()]
    lines += ["configuration:", *(f"  {key}: {value}" for key, value in flat(result.trial.config).items())]
    for i, fold in enumerate(result.folds, start=1):
        lines += [f"fold {i}: {objective} {fold.metrics[objective]:.4f}, {fold.epochs} epochs"]
    if result.failure is not None:
        lines += [f"{result.failure.cause}: {result.failure.message}", result.failure.detail.rstrip()]
    return "\n".join(filter(None, lines))


def _seal(opened: dict[str, Any] | None) -> str:
    if opened is None:
        return "the test part is sealed"
    if "score" not in opened:
        return f"the test part was opened for trial {opened['trial']}, but not scored: sinesweep finalize completes it"
    return "the test part has been opened"


def _predictions_in(folder: Path) -> Callable[[Result], Predictions | None]:
    def find(result: Result) -> Predictions | None:
        file = folder / result.predictions if result.predictions else None
        return load(file) if file is not None and file.exists() else None

    return find


def _header(sweep: Sweep, split: dict[str, Any], record: Record, results: list[Result]) -> Header:
    clips = split.get("clips", [])
    scored = next((r for r in reversed(results) if r.state is State.COMPLETE), None)
    return Header(
        name=sweep.name,
        dataset=split.get("dataset", ""),
        clips=len(clips),
        groups=len({clip["group"] for clip in clips}),
        classes=tuple(split.get("classes", ())),
        how=split.get("how", ""),
        objective=sweep.search.objective,
        seed=sweep.search.seed,
        budget_trials=sweep.budget.trials,
        budget_hours=sweep.budget.hours,
        hours=record.seconds / 3600,
        versions=scored.versions if scored else {},
        task=Task(split.get("task", Task.CLASSIFICATION)),
    )


def _opening(record: dict[str, Any]) -> Opening:
    low_high = record["interval"]
    return Opening(
        trial=record["trial"],
        score=record["score"],
        interval=(low_high[0], low_high[1]) if low_high else None,
        clips=record["clips"],
        opened=record["opened"],
        baseline=record["baseline"],
    )
