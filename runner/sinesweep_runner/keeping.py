"""Keeping: which checkpoints stay in a sweep's folder, and how much room the folder may take.

Workers write checkpoints; only this module, in the driver, removes them. A trial that runs, waits to be tried again or
is paused keeps its own: nobody else has what it holds. Of those that have ended, the best keep their final states; the
repeated trainings of finalists keep none.
Trials are known by the number of their origin, after which their files are named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from sinesweep.errors import SweepFailed
from sinesweep.judge import Judge
from sinesweep.metrics import metric
from sinesweep.record import GOES_ON, Record
from sinesweep.sweep import Sweep
from sinesweep.trial import Result
from sinesweep.wording import numbered
from sinesweep_runner.training.progress import CHECKPOINTS


def superfluous(ranked: Sequence[tuple[int, int]], most: int, excess_bytes: int, needed: Collection[int]) -> list[int]:
    """Whose final states go, the worst trial's first. Better ones have the room before worse ones; one that is too
    large for what is left of it leaves that to those behind it.

    Args:
        ranked: origin and bytes of every final state, the best trial first.
        most: so many stay, where there is room.
        excess_bytes: so much has to be freed.
        needed: the origins of those that other trials go on from; they stay in any case.
    """
    free = [each for each in ranked if each[0] not in needed]
    room_bytes = sum(size for _, size in free) - excess_bytes
    gone, kept = [], 0
    for origin, size in free:
        if kept < most and size <= room_bytes:
            kept, room_bytes = kept + 1, room_bytes - size
        else:
            gone.append(origin)
    return gone[::-1]


class Keeper:
    """Keeps the folder of one sweep within its limits while the sweep runs."""

    def __init__(self, folder: Path, sweep: Sweep, record: Record, say: Callable[[str], None]) -> None:
        """Removes what a driver that died has left behind; raises as `ended` does.

        Args:
            say: is told which final states went for want of room.
        """
        self._folder, self._sweep, self._record, self._say = folder, sweep, record, say
        self._told: list[int] | None = None
        self._judge = Judge(metric(sweep.search.objective), lambda result: None, (), sweep.search.seed)
        results = record.results()
        self._best = self._judge.ranked([result for result in results if result.trial.repeats is None])
        for half in (folder / CHECKPOINTS).glob(".*.half"):
            half.unlink()
        self._tidy({result.trial.origin for result in results if result.state not in GOES_ON})

    def ended(self, result: Result) -> None:
        """Removes what nobody needs any more now that this trial has been told.

        Raises:
            SweepFailed: the folder takes more than `budget.disk_gb`, and nothing in it may go.
        """
        if self._judge.has_score(result) and result.trial.repeats is None:
            self._best = self._judge.ranked([*self._best, result])
        self._tidy(set() if result.state in GOES_ON else {result.trial.origin})

    def _tidy(self, ended: Iterable[int]) -> None:
        """Keeps of the trials that have just ended no more than the final states of the best."""
        best = {result.trial.origin for result in self._best}
        for origin in ended:
            self._remove(f"{origin:05d}.npz" if origin in best else f"{origin:05d}.*")
        ranked = self._ranked()
        limit_gb = self._sweep.budget.disk_gb
        excess_bytes = 0 if limit_gb is None else round(_bytes(self._folder.rglob("*")) - limit_gb * 1e9)
        needed = {wish.origin for wish in self._record.unmet() if wish.seed is None}
        most = self._sweep.budget.keep_checkpoints
        gone = superfluous(ranked, most, excess_bytes, needed)
        for origin in gone:
            self._remove(f"{origin:05d}.*")
        kept = [origin for origin, _ in ranked if origin not in gone]
        self._best = [result for result in self._best if result.trial.origin in kept]
        self._tell([origin for origin in gone if origin not in superfluous(ranked, most, 0, needed)], kept)
        left_bytes = excess_bytes - sum(size for origin, size in ranked if origin in gone)
        if limit_gb is not None and left_bytes > 0:
            raise SweepFailed(
                f"{self._folder}: the sweep takes {limit_gb + left_bytes / 1e9:.3g} GB, more than budget.disk_gb,"
                f" {limit_gb:g}, and holds nothing that may go. Give it more, and go on:"
                f" sinesweep resume {self._folder} --set budget.disk_gb=…"
            )

    def _ranked(self) -> list[tuple[int, int]]:
        """Origin and bytes of every final state that is there, the best trial first."""
        # One that another has continued is stood for by that one, and goes before all that have not been.
        before = {result.trial.continues for result in self._best}
        order = sorted((result.trial.origin for result in self._best), key=lambda origin: origin in before)
        sizes = [(origin, self._final_bytes(origin)) for origin in order]
        return [(origin, size) for origin, size in sizes if size > 0]

    def _tell(self, gone: Sequence[int], kept: list[int]) -> None:
        """Says whose final states had no room, unless that changes nothing of what can be continued."""
        if not gone or kept == self._told:
            return
        self._told = kept
        left = f"those of {numbered(kept)} are kept" if kept else "none is kept"
        self._say(
            f"budget.disk_gb, {self._sweep.budget.disk_gb:g}, has no room for the final states of"
            f" {numbered(sorted(gone))}, so these cannot be continued; {left}."
        )

    def _final_bytes(self, origin: int) -> int:
        return _bytes((self._folder / CHECKPOINTS).glob(f"{origin:05d}.fold*"))

    def _remove(self, pattern: str) -> None:
        for file in (self._folder / CHECKPOINTS).glob(pattern):
            file.unlink(missing_ok=True)


def _bytes(files: Iterable[Path]) -> int:
    """What these files take; one that a worker has just replaced counts for nothing."""
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            continue
    return total
