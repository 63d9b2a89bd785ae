"""Reporting: reads a sweep's folder for a report, once, and writes it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sinesweep import report
from sinesweep.diagnosis import diagnose
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.report.story import Story
from sinesweep.report.veil import veiled
from sinesweep.sweep import Sweep
from sinesweep.wording import many
from sinesweep_runner.closelook import CloseLook
from sinesweep_runner.model.facts import trial_of
from sinesweep_runner.outcome import board_from, board_of, check_ended
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.sweepfolder import SweepFolder

SHOWN, EXAMINED = 3, 100
"""Of so many of the best trials networks are shown and mistakes can be heard, and of so many the answers are examined
and mistakes listed: each takes 30 ms and 8 kB, or five times that with 50 classes and 400 groups."""

BUDGET_BYTES = 12_000_000
"""So much may all sounds and pictures of a report take."""

REFRESH_S = 20
"""So often a watched report is written anew."""


def story_of(
    folder: Path, audio: bool = True, shown: int = SHOWN, trials: Sequence[int] = (), paths: bool = False
) -> Story:
    """Everything that a report of the sweep in a folder tells. A part that cannot be made is named in `missing`.

    Args:
        audio: with sounds, pictures and networks, for which Keras is loaded.
        shown: of how many of the best trials.
        trials: of these too, 0 being the baseline, whatever their rank.
        paths: the command that repeats the sweep names its folder in full.

    Raises:
        SweepError: there is no sweep in it, or one of these trials has not ended.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    record = Record.of(sweep, place.storage(sweep))
    results, baseline = record.results(), [record.baseline] if record.baseline else []
    board = board_from(place, sweep, record, results)
    told = {result.trial.number: diagnose(result, board.metric) for result in results}
    for number in trials:
        check_ended(folder, number, [*baseline, *results])
    look, chosen = CloseLook(place, [*baseline, *results]), _chosen(board, trial_of(place.best))
    closely = list(dict.fromkeys([*chosen[:shown], *trials]))
    for number in dict.fromkeys([*closely, *chosen[:EXAMINED], *(each.trial.number for each in baseline)]):
        look.examine(number)
    for number in closely if audio else ():
        look.show(number, BUDGET_BYTES // len(closely))
    return Story(
        board=board,
        command=_command(place, sweep, board, paths),
        command_in="" if paths else "in the folder of this report",
        results=results,
        stretches=record.stretches(),
        diagnoses={number: diagnosis for number, diagnosis in told.items() if diagnosis is not None},
        examinations=look.examinations,
        mistakes=look.mistakes,
        summaries=look.summaries,
        tested=look.tested,
        missing=look.missing,
    )


def write_report(
    folder: Path,
    audio: bool = True,
    shown: int = SHOWN,
    trials: Sequence[int] = (),
    paths: bool = False,
    refresh_s: int | None = None,
    figures: bool = False,
) -> tuple[Story, list[Path]]:
    """Writes the report of the sweep in a folder into it; the story it tells, and the files.

    Args:
        audio, shown, trials, paths: as in `story_of`; without `paths` no folder of this machine is named.
        refresh_s: after so many seconds a browser loads the page anew.
        figures: the charts as files too.

    Raises:
        SweepError: as `story_of`; or the folder may not be written to.
    """
    story = story_of(folder, audio, shown, trials, paths)
    public = story if paths else veiled(story, _data_folders(SweepFolder(folder)))
    return story, report.write(public, folder, refresh_s) + (report.write_figures(public, folder) if figures else [])


def watch_report(
    folder: Path,
    say: Callable[[str], None],
    audio: bool = True,
    shown: int = SHOWN,
    paths: bool = False,
    figures: bool = False,
) -> None:
    """Writes the report anew until nobody runs the sweep any more: without sounds and files, and whole at the end.

    As long as the search has not begun there is nothing to report, which is said once.

    Raises:
        SweepError: as `write_report`, at the end.
    """
    place, waits = SweepFolder(folder), False
    while place.is_run():
        if _is_searched(place):
            story, files = write_report(folder, False, shown, paths=paths, refresh_s=REFRESH_S)
            say(f"{many(sum(story.board.counts.values()), 'ended trial')}; {files[0]} is fresh")
        elif not waits:
            waits = True
            say("The search has not begun yet: a sweep reads its sounds first. There is a report as soon as it has.")
        time.sleep(REFRESH_S)
    write_report(folder, audio, shown, paths=paths, figures=figures)
    say(f"Nobody runs this sweep any more; {folder / 'report.html'} is complete")


def write_tables(folder: Path) -> list[Path]:
    """Writes the leaderboard's files anew, without the page, which takes longer; raises as `write_report`."""
    public = veiled(Story(board_of(folder)), _data_folders(SweepFolder(folder)))
    return report.write_tables(public.board, folder)


def _is_searched(place: SweepFolder) -> bool:
    return place.sweep_file.exists() and place.has_begun(place.begun())


def _chosen(board: Leaderboard, winner: int | None) -> list[int]:
    """Trials by what a reader wants to see first: the best, the one whose model is kept, the one that was tested, the
    one to take, the others."""
    first = [board.best and board.best.number, winner, board.test and board.test.trial, board.recommended]
    ranked = [row.number for row in board.rows]
    return [number for number in dict.fromkeys([*first, *ranked]) if number in ranked]


def _command(place: SweepFolder, sweep: Sweep, board: Leaderboard, paths: bool) -> str:
    """What runs the sweep again in the folder of its report; with `paths` anywhere."""
    folder = place.path.resolve()
    file = folder / "sweep.yaml" if paths else Path("sweep.yaml")
    again = f"{folder if paths else Path('..') / folder.name}-again"
    study = f" --set study={shlex.quote(f'{sweep.study or sweep.name}-again')}" if sweep.storage else ""
    backend = board.header.versions.get("backend", "tensorflow").split()[0]
    chosen = "" if backend == "tensorflow" else f"KERAS_BACKEND={backend} "
    return f"{chosen}sinesweep run {shlex.quote(str(file))} --out {shlex.quote(again)}{study}"


def _data_folders(place: SweepFolder) -> list[str]:
    """The folder that holds all clips, where there is one, and that of the sweep."""
    recorded = Recorded.of(place)
    return [folder for folder in (recorded.home if recorded else "", str(place.path.resolve())) if folder]
