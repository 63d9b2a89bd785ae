"""A close look at single trials: what they got right and wrong, their worst mistakes, and their networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sinesweep.errors import UserError
from sinesweep.examination import Examination
from sinesweep.report.story import Mistake
from sinesweep.trial import Result
from sinesweep.wording import named
from sinesweep_runner.examining import examination_of, tested
from sinesweep_runner.mistakes import listed, mistakes_of
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.summary import summary_of
from sinesweep_runner.sweepfolder import SweepFolder

Part = TypeVar("Part")


class CloseLook:
    """Looks closely at trials, and keeps by their numbers what it finds. What fails is noted in `missing`, and takes
    nothing else with it."""

    def __init__(self, place: SweepFolder, results: Sequence[Result]) -> None:
        self.examinations: dict[int, Examination] = {}
        self.tested: dict[int, Examination] = {}
        self.mistakes: dict[int, Sequence[Mistake]] = {}
        self.summaries: dict[int, str] = {}
        self.missing: list[str] = []
        self._place = place
        self._results = {result.trial.number: result for result in results}
        self._recorded, self._tested = Recorded.of(place), tested(place)

    def examine(self, number: int) -> None:
        """Reads the answers of a trial, 0 for the baseline, against the truth, those about the test part too, and lists
        its worst mistakes."""
        self._read(number, self._results[number].predictions, "", self.examinations)
        self._read(number, self._tested.get(number), " on the test part", self.tested)
        recorded, known = self._recorded, self.examinations.get(number)
        if recorded is not None and known is not None:
            self.mistakes[number] = listed(recorded, known)

    def show(self, number: int, budget_bytes: int) -> None:
        """Adds to an examined trial its network, and sounds and pictures to its mistakes. Loads Keras."""
        recorded, trial, known = self._recorded, self._results[number].trial, self.examinations.get(number)
        if recorded is None:
            return
        if known is not None:
            what = f"the sounds of {_called(number)}"
            found = self._part(what, lambda: mistakes_of(recorded, trial, known, budget_bytes))
            self.mistakes |= {} if found is None else {number: found}
        if number:  # the baseline has no network
            network = self._part(f"the network of {_called(number)}", lambda: summary_of(recorded, trial))
            self.summaries |= {} if network is None else {number: network}

    def _read(self, number: int, file: str | None, where: str, into: dict[int, Examination]) -> None:
        recorded = self._recorded
        if recorded is None:
            return
        what = f"what {_called(number)} got wrong{where}"
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


def _called(number: int) -> str:
    return f"trial {number}" if number else "the baseline"
