"""Reading a sweep's folder: its leaderboard and how far it is, while it runs and afterwards."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sinesweep.continuing import Wish
from sinesweep.dataset import Task
from sinesweep.diagnosis import diagnose
from sinesweep.errors import SweepError
from sinesweep.exports import read_exports
from sinesweep.intervals import Interval
from sinesweep.leaderboard import Header, Leaderboard, Opening
from sinesweep.metrics import metric
from sinesweep.objectives import costs_of
from sinesweep.predictions import Predictions, load
from sinesweep.record import Record
from sinesweep.report.mishaps import chances, mended, mishap
from sinesweep.report.short import flat
from sinesweep.sweep import Sweep
from sinesweep.trial import Result, State
from sinesweep.wording import duration, many
from sinesweep_runner.examining import examined_text
from sinesweep_runner.executors.deaths import died_in_building
from sinesweep_runner.model.facts import trial_of
from sinesweep_runner.sweepfolder import SweepFolder


def board_of(folder: Path) -> Leaderboard:
    """The leaderboard of the sweep in a folder.

    Raises:
        SweepError: there is no sweep in it.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    record = Record.of(sweep, place.storage(sweep))
    return board_from(place, sweep, record, record.results())


def board_from(place: SweepFolder, sweep: Sweep, record: Record, results: Sequence[Result]) -> Leaderboard:
    """The same of a sweep that has been read: to read thousands of results takes its time."""
    split, opened = _split(place, record, results), place.recall(place.test_file)
    clips = split.get("clips", [])
    board = Leaderboard.of(
        _header(sweep, split, record, results),
        results,
        record.baseline,
        predictions_in(place.path),
        [clip["group"] for clip in clips],
        _opening(opened) if opened and "score" in opened else None,
        record.wishes(),
    )
    return _with_exports(board, place)


def _split(place: SweepFolder, record: Record, results: Sequence[Result]) -> dict[str, Any]:
    """What `split.json` says; raises SweepError where it is gone, or is not the one that the study was made on."""
    split = place.recall(place.split_file)
    if split is None and results:
        raise SweepError(
            f"{place.split_file} is gone, which says where each clip stands. Put it back from a copy, or let"
            f" `sinesweep resume {shlex.quote(str(place.path))}` write it anew"
        )
    if split is not None and "fingerprint" in split:
        record.check_split(split["fingerprint"])
    return split or {}


def _with_exports(board: Leaderboard, place: SweepFolder) -> Leaderboard:
    """What was measured of the winner's exports, on the row of the trial whose model was exported."""
    exports, winner = read_exports(place.best), trial_of(place.best)
    rows = tuple(replace(row, exports=exports) if row.number == winner else row for row in board.rows)
    return replace(board, rows=rows) if exports else board


def status_of(folder: Path) -> str:
    """How far the sweep is and what went wrong in it, in a few lines."""
    place = SweepFolder(folder)
    sweep = place.begun()
    place.check_study(sweep)
    if not place.has_begun(sweep):
        return f"{sweep.name}: the search has not begun; a sweep reads its sounds first"
    record = Record.of(sweep, place.storage(sweep))
    results = record.results()
    spent = len(record.spent())
    again = sum(result.trial.repeats is not None for result in results)
    ends = Counter(result.state for result in results if result.trial.repeats is None and not result.was_queued)
    told = [f"{count} {state}" for state, count in ends.items()]
    longer = sum(result.trial.continues is not None for result in results)
    if longer:
        told[-1] += f" ({longer} of them finished trials that were trained longer, beside the budget)"
    lines = [
        f"{sweep.name}: {spent} of {many(sweep.budget.trials, 'trial')} ({duration(record.seconds)} of search)",
        ", ".join(told + ([f"{many(again, 'training')} of finalists"] if again else [])) or "no trial has ended yet",
        _running(record.running, place),
        _wanted(record.unmet()),
        _seal(place.recall(place.test_file)),
    ]
    board = board_from(place, sweep, record, results)
    if board.best is not None:
        score = board.metric.show(board.best.honest[0])
        base = f"; the baseline has {board.metric.show(board.baseline.score)}" if board.baseline else ""
        lines.append(f"best so far: trial {board.best.number} with {sweep.search.objective} {score}{base}")
    return "\n".join(filter(None, (*lines, *map(mishap, board.failures), mended(board))))


def trial_text(folder: Path, number: int, mistakes: bool = False) -> str:
    """All that is known of one trial, 0 for the baseline: configuration, folds, what it got right and wrong, and the
    traceback of one that failed.

    Args:
        mistakes: list the clips that it got most wrong, too.

    Raises:
        SweepError: there is no sweep in the folder, or no such trial has ended.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    record = Record.of(sweep, place.storage(sweep))
    ended = record.results()
    results = {result.trial.number: result for result in (*([record.baseline] if record.baseline else []), *ended)}
    later = record.went_on_as(number)
    if number not in results and later is not None:
        raise SweepError(f"{folder}: trial {number} stopped on its way and went on as trial {later}; ask for that")
    check_ended(folder, number, results.values())
    result, objective = results[number], sweep.search.objective
    given = [f"trial {number}: {result.state} after {duration(result.seconds)}"]
    lines = [", ".join(given + chances(result.trial.accumulate, result.trial.lost))]
    if result.trial.first is not None:
        lines.append(f"begun as trial {result.trial.first}")
    if number in (longer := board_from(place, sweep, record, ended).longer):
        lines.append(f"continued from trial {longer[number]}")
    if result.trial.repeats is not None:
        lines.append(f"trial {result.trial.repeats} again, a finalist, with the fresh seed {result.trial.seed}")
    if (found := diagnose(result, metric(objective))) is not None:
        lines += [found.sentence, found.advice]
    lines += [f"  {name}: {value:.4f}" for name, value in result.metrics.items()]
    lines += [f"  {name}: {value:.10g}" for name, value in costs_of(result).items()]
    lines += ["configuration:", *(f"  {key}: {value}" for key, value in flat(result.trial.config).items())]
    for i, fold in enumerate(result.folds, start=1):
        lines += [f"fold {i}: {objective} {fold.metrics[objective]:.4f}, {many(fold.epochs, 'epoch')}"]
    lines += examined_text(place, result, mistakes)
    if result.failure is not None:
        lines += [f"{result.failure.cause}: {result.failure.message}", result.failure.detail.rstrip()]
    return "\n".join(filter(None, lines))


def check_ended(folder: Path, number: int, results: Collection[Result]) -> None:
    """Raises SweepError where no trial of this number is among those of a sweep that ended."""
    ended = {result.trial.number for result in results}
    if number not in ended:
        have = f"it has {min(ended)} … {max(ended)}" if ended else "none has ended yet"
        raise SweepError(f"{folder}: trial {number} has not ended, or there is none; {have}")


def _running(count: int, place: SweepFolder) -> str:
    if place.is_run():
        starting = "no trial is running now, but the sweep is: its workers are starting, or its winner is being trained"
        return f"{count} running" if count else starting
    if not count:
        return f"nothing is running{_deaths(place)}"
    way_back = f"sinesweep resume {shlex.quote(str(place.path))}"
    return f"{count} were running, but nobody runs this sweep any more; go on with: {way_back}{_deaths(place)}"


def _deaths(place: SweepFolder) -> str:
    """What has ended the process of a sweep, where that is known; of no use while one runs, which leaves marks too."""
    return "".join(
        f"\nthe process that ran it ended while trial {number} was built{f', with {plugin} at work' if plugin else ''}"
        for number, plugin in died_in_building(place.path).items()
    )


def _wanted(wishes: Sequence[Wish]) -> str:
    again = sum(wish.seed is not None for wish in wishes)
    longer = len(wishes) - again
    told = [f"{many(longer, 'finished trial')} to be continued with more epochs"] if longer else []
    return "; ".join(told + ([f"{many(again, 'training')} of finalists to come"] if again else []))


def _seal(opened: dict[str, Any] | None) -> str:
    if opened is None:
        return "the test part is sealed"
    if "score" not in opened:
        return f"the test part was opened for trial {opened['trial']}, but not scored: sinesweep finalize completes it"
    return "the test part has been opened"


def predictions_in(folder: Path) -> Callable[[Result], Predictions | None]:
    """What finds a result's predictions among those that its sweep has kept."""

    def find(result: Result) -> Predictions | None:
        file = folder / result.predictions if result.predictions else None
        return load(file) if file is not None and file.exists() else None

    return find


def _header(sweep: Sweep, split: dict[str, Any], record: Record, results: Sequence[Result]) -> Header:
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
        objectives=sweep.search.objectives if len(sweep.search.objectives) > 1 else (),
        seed=sweep.search.seed,
        budget_trials=sweep.budget.trials,
        budget_hours=sweep.budget.hours,
        hours=record.seconds / 3600,
        versions=scored.versions if scored else {},
        task=Task(split.get("task", Task.CLASSIFICATION)),
    )


def _opening(record: dict[str, Any]) -> Opening:
    return Opening(
        trial=record["trial"],
        score=record["score"],
        interval=_ends(record["interval"]),
        clips=record["clips"],
        opened=record["opened"],
        baseline=record["baseline"],
        baseline_interval=_ends(record.get("baseline_interval")),  # an older Sinesweep wrote none
    )


def _ends(written: list[float] | None) -> Interval | None:
    return (written[0], written[1]) if written else None
