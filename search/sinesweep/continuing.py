"""Continuing: finished trials that somebody wants trained longer, or again. What is wanted stands in the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sinesweep.trial import Result, State, Trial


@dataclass(frozen=True)
class Wish:
    """What is wanted of a finished trial.

    Attributes:
        origin: the number of its origin.
        epochs: how many it shall have trained in all.
        seed: that of a training from its beginning; None to go on where the trial has ended.
    """

    origin: int
    epochs: int
    seed: int | None = None

    def made(self, trial: Trial) -> bool:
        """Whether a trial was begun for this wish."""
        if self.seed is not None:
            return (trial.repeats, trial.seed) == (self.origin, self.seed)
        return trial.continues == self.origin and trial.config["fit"]["epochs"] == self.epochs


def unmet(wishes: Iterable[Wish], results: Sequence[Result]) -> list[Wish]:
    """The wishes for which no trial has come to its end; one that failed has another try where it is wished twice."""
    times = Counter(wishes)
    ends = {wish: _ends(wish, results) for wish in times}
    return [wish for wish, count in times.items() if State.COMPLETE not in ends[wish] and len(ends[wish]) < count]


def to_note(wishes: Iterable[Wish], before: Sequence[Wish], results: Sequence[Result]) -> list[Wish]:
    """Those that are not noted yet, and those to train on for which all that was tried has failed."""
    wanted = unmet(before, results)
    tried = [wish for wish in before if wish.seed is None and wish not in wanted]
    failed = [wish for wish in tried if State.COMPLETE not in _ends(wish, results)]
    return [wish for wish in wishes if wish not in before or wish in failed]


def _ends(wish: Wish, results: Sequence[Result]) -> list[State]:
    """What the trials came to that were begun for a wish."""
    return [each.state for each in results if each.state is not State.INTERRUPTED and wish.made(each.trial)]


def continued(wish: Wish, number: int, results: Sequence[Result]) -> Trial:
    """The trial `number` that meets a wish; it goes on with what was begun for it before.

    Raises:
        ValueError: the trial that is wanted is not complete.
    """
    whole = [each.trial for each in results if each.trial.origin == wish.origin and each.state is State.COMPLETE]
    if not whole:
        raise ValueError(f"trial {wish.origin} is not complete")
    cut_off = [each for each in results if each.state is State.INTERRUPTED and wish.made(each.trial)]
    first = cut_off[-1].trial.origin if cut_off else None
    if wish.seed is not None:
        anew = replace(whole[-1], seed=wish.seed, continues=None, repeats=wish.origin)
        return replace(anew, number=number, first=first, until=None, lost=0)
    config: Mapping[str, Any] = {**whole[-1].config, "fit": {**whole[-1].config["fit"], "epochs": wish.epochs}}
    return replace(whole[-1], number=number, config=config, first=first, until=None, lost=0, continues=wish.origin)
