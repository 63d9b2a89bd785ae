"""Reporting: reads a sweep's folder for a report, once, and writes it."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sinesweep import report
from sinesweep.diagnosis import diagnose
from sinesweep.errors import UserError
from sinesweep.examination import Examination
from sinesweep.leaderboard import Leaderboard
from sinesweep.record import Record
from sinesweep.report.story import Mistake, Story
from sinesweep.report.veil import veiled
from sinesweep.sweep import Sweep
from sinesweep.trial import Result
from sinesweep.wording import many, named
from sinesweep_runner.examining import examination_of, tested
from sinesweep_runner.mistakes import mistakes_of
from sinesweep_runner.outcome import board_from
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.summary import summary_of
from sinesweep_runner.sweepfolder import SweepFolder

SHOWN, EXAMINED = 3, 100
"""Of so many of the best trials network and mistakes are shown, and of so many the answers are examined, if not of more
that are shown: each takes 30 ms and 8 kB, or five times that with 50 classes and 400 groups."""

BUDGET_BYTES = 12_000_000
"""So much may all sounds and pictures of a report take."""

REFRESH_S = 20
"""So often a watched report is written anew."""

Part = TypeVar("Part")


def story_of(folder: Path, audio: bool = True, shown: int = SHOWN, paths: bool = False) -> Story:
    """Everything that a report of the sweep in a folder tells. A part that cannot be made is named in `missing`.

    Args:
        audio: with sounds, pictures and networks, for which Keras is loaded.
        shown: of how many of the best trials.
        paths: the command that repeats the sweep names its folder in full.

    Raises:
        SweepError: there is no sweep in it.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    record = Record.of(sweep, place.storage(sweep))
    results, baseline = record.results(), [record.baseline] if record.baseline else []
    board = board_from(place, sweep, record, results)
    told = {result.trial.number: diagnose(result, board.metric) for result in results}
    look = CloseLook(place, [*baseline, *results], audio)
    chosen = _chosen(board)
    for number in (*chosen[: max(EXAMINED, shown)], *(each.trial.number for each in baseline)):
        look.examine(number)
    for number in chosen[:shown]:
        look.show(number, BUDGET_BYTES // shown)
    return Story(
        board=board,
        command=_command(place, sweep, paths),
        results=results,
        stretches=record.stretches(),
        diagnoses={number: diagnosis for number, diagnosis in told.items() if diagnosis is not None},
        examinations=look.examinations,
        mistakes=look.mistakes,
        summaries=look.summaries,
        tested=look.tested,
        missing=look.missing,
    )


class CloseLook:
    """Looks closely at single trials. What fails is noted, and takes nothing else with it."""

    def __init__(self, place: SweepFolder, results: Sequence[Result], audio: bool) -> None:
        self.examinations: dict[int, Examination] = {}
        self.tested: dict[int, Examination] = {}
        self.mistakes: dict[int, Sequence[Mistake]] = {}
        self.summaries: dict[int, str] = {}
        self.missing: list[str] = []
        self._place, self._audio = place, audio
        self._results = {result.trial.number: result for result in results}
        self._recorded, self._tested = Recorded.of(place), tested(place)

    def examine(self, number: int) -> None:
        """Reads the answers of a trial, 0 for the baseline, against the truth; those about the test part too."""
        self._read(number, self._results[number].predictions, "", self.examinations)
        self._read(number, self._tested.get(number), " on the test part", self.tested)

    def show(self, number: int, budget_bytes: int) -> None:
        """Lists the worst mistakes of a trial; with audio its network too."""
        recorded, trial, known = self._recorded, self._results[number].trial, self.examinations.get(number)
        if recorded is None or known is None:
            return
        room = budget_bytes if self._audio else 0
        found = self._part(f"the mistakes of trial {number}", lambda: mistakes_of(recorded, trial, known, room))
        if found is not None:
            self.mistakes[number] = found
        if self._audio:
            network = self._part(f"the network of trial {number}", lambda: summary_of(recorded, trial))
            self.summaries |= {} if network is None else {number: network}

    def _read(self, number: int, file: str | None, where: str, into: dict[int, Examination]) -> None:
        recorded = self._recorded
        if recorded is None:
            return
        what = f"what {f'trial {number}' if number else 'the baseline'} got wrong{where}"
        found = self._part(what, lambda: examination_of(self._place, recorded, file))
        into |= {} if found is None else {number: found}

    def _part(self, what: str, make: Callable[[], Part]) -> Part | None:
        try:
            return make()
        except UserError as reason:
            why = str(reason)
        except Exception as reason:  # plugins take part in it, and may raise anything
            why = named(reason)
        self.missing.append(f"Not in this report: {what}: {why}")
        return None


def write_report(
    folder: Path,
    audio: bool = True,
    shown: int = SHOWN,
    paths: bool = False,
    refresh_s: int | None = None,
    figures: bool = False,
) -> tuple[Story, list[Path]]:
    """Writes the report of the sweep in a folder into it; the story it tells, and the files.

    Args:
        audio, shown, paths: as in `story_of`; without `paths` no folder of this machine is named.
        refresh_s: after so many seconds a browser loads the page anew.
        figures: the charts as files too.

    Raises:
        SweepError: there is no sweep in it, or it may not be written to.
    """
    story = story_of(folder, audio, shown, paths)
    public = story if paths else veiled(story, _data_folders(SweepFolder(folder)))
    return story, report.write(public, folder, refresh_s) + (report.write_figures(public, folder) if figures else [])


def watch_report(
    folder: Path, say: Callable[[str], None], audio: bool, shown: int, paths: bool, figures: bool = False
) -> None:
    """Writes the report anew until nobody runs the sweep any more: without sounds and files, and whole at the end.

    Raises:
        SweepError: as `write_report`.
    """
    place = SweepFolder(folder)
    while place.is_run():
        story, files = write_report(folder, False, shown, paths, REFRESH_S)
        say(f"{many(sum(story.board.counts.values()), 'ended trial')}; {files[0]} is fresh")
        time.sleep(REFRESH_S)
    write_report(folder, audio, shown, paths, figures=figures)
    say(f"Nobody runs this sweep any more; {folder / 'report.html'} is complete")


def _chosen(board: Leaderboard) -> list[int]:
    """Trials by what a reader wants to see first: the winner, the one that was tested, the one to take, the others."""
    first = [board.best and board.best.number, board.test and board.test.trial, board.recommended]
    ranked = [row.number for row in board.rows]
    return [number for number in dict.fromkeys([*first, *ranked]) if number in ranked]


def _command(place: SweepFolder, sweep: Sweep, paths: bool) -> str:
    """What runs the sweep again, beside its folder."""
    folder = place.path.resolve()
    named_so = folder if paths else Path(folder.name)
    again = f"{named_so}-again"
    study = f" --set study={shlex.quote(f'{sweep.study or sweep.name}-again')}" if sweep.storage else ""
    return f"sinesweep run {shlex.quote(str(named_so / 'sweep.yaml'))} --out {shlex.quote(again)}{study}"


def _data_folders(place: SweepFolder) -> list[str]:
    """The folder that holds all clips, and that of the sweep."""
    recorded = Recorded.of(place)
    folders = {os.path.dirname(clip.path) for clip in recorded.clips} if recorded else set()  # noqa: PTH120
    common = [os.path.commonpath(folders)] if folders and all(map(os.path.isabs, folders)) else []
    return [folder for folder in (*common, str(place.path.resolve())) if folder != "/"]
