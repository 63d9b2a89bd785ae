"""Diagnosis: what a trial's learning curves say, in words, and what the courses would try next.

The signs are those of every course on training networks (Goodfellow, Bengio and Courville 2016, chapters 5, 7 and 11):
they compare each curve with itself. The two are compared with one another only where both are by the loss that is
trained with; penalties and augmented clips raise that of training alone, and so hide overfitting, and never feign it.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass

from sinesweep.advice import advice
from sinesweep.curves import Curves, ending, kept
from sinesweep.metrics import Metric
from sinesweep.trial import Cause, Result
from sinesweep.wording import many

FEWEST_EPOCHS = 4
"""Fewer are no curve."""

RISE, GAIN, JITTER = 0.1, 0.02, 0.1
"""Shares above which a validation loss has risen again, is still improving, is noisy; see `sinesweep.curves`."""

HARD, UNSKILLED = 0.7, 0.5
"""A network that knows less than the second, and whose training loss has kept more than the first, underfits."""

HEART, GAP = 0.5, 0.1
"""Who ends with less than the first share of the validation loss in training, and further below it than the second
share of where it began, knows its clips by heart. What was learnt within the first epoch is no gap."""


class DiagnosisKind(enum.StrEnum):
    """What can be the matter."""

    DIVERGED = "diverged"
    OVERFITTING = "overfitting"
    STILL_IMPROVING = "still_improving"
    UNDERFITTING = "underfitting"
    NOISY = "noisy"
    SOUND = "sound"


@dataclass(frozen=True)
class Diagnosis:
    """What is the matter with one trial.

    Attributes:
        kind: the word for it.
        sentence: the figures that say so.
        advice: what to try, by the names and values of the trial's own settings; empty where nothing is amiss.
    """

    kind: DiagnosisKind
    sentence: str
    advice: str


def diagnose(result: Result, judged: Metric) -> Diagnosis | None:
    """What the curves of a trial say, that of most of its folds; None where they do not tell.

    Args:
        judged: the objective, which the sentence of a trial without a fault names.
    """
    if result.failure is not None and result.failure.cause is Cause.NAN:
        return _told(result, DiagnosisKind.DIVERGED, f"Training has diverged: {result.failure.message}.")
    histories = [fold.history for fold in result.folds] + [result.unfinished]
    curves = [each for each in map(Curves.of, histories) if each is not None and each.epochs >= FEWEST_EPOCHS]
    if not curves:
        return None
    kinds = [_kind(each) for each in curves]
    [(kind, count)] = Counter(kinds).most_common(1)
    sentence = _sentence(kind, curves[kinds.index(kind)], result, judged)
    where = f" ({count} of {many(len(kinds), 'fold')})" if len(kinds) > 1 else ""
    return _told(result, kind, f"{sentence}{where}.")


def _told(result: Result, kind: DiagnosisKind, sentence: str) -> Diagnosis:
    return Diagnosis(kind, sentence, advice(kind, result.trial.config, result.parameters))


def _kind(curves: Curves) -> DiagnosisKind:
    """The first that holds, the gravest first."""
    if ending(curves.train) > curves.train[0]:
        return DiagnosisKind.DIVERGED
    if curves.rise > RISE and ending(curves.train) < curves.train[curves.best - 1]:
        return DiagnosisKind.OVERFITTING
    if curves.jitter >= JITTER:
        return DiagnosisKind.NOISY
    if curves.gain > GAIN:
        return DiagnosisKind.STILL_IMPROVING
    if kept(curves.train) > HARD and curves.skill < UNSKILLED:
        return DiagnosisKind.UNDERFITTING
    by_heart = ending(curves.train) < HEART * ending(curves.valid) and curves.gap > GAP
    return DiagnosisKind.OVERFITTING if by_heart else DiagnosisKind.SOUND


def _sentence(kind: DiagnosisKind, curves: Curves, result: Result, judged: Metric) -> str:
    train = f"the training loss went from {curves.train[0]:.3g} to {ending(curves.train):.3g}"
    lowest, end = min(curves.valid), ending(curves.valid)
    epochs = f"in {many(curves.epochs, 'epoch')}"
    match kind:
        case DiagnosisKind.DIVERGED:
            return f"Training has diverged: {train} {epochs}"
        case DiagnosisKind.OVERFITTING if curves.rise > RISE:
            return (
                f"Overfitting: the validation loss was lowest in epoch {curves.best} of {curves.epochs} with"
                f" {lowest:.3g} and ended at {end:.3g}, while {train}"
            )
        case DiagnosisKind.OVERFITTING:
            return f"Overfitting: {train} {epochs}, and that of validation from {curves.valid[0]:.3g} to {end:.3g}"
        case DiagnosisKind.STILL_IMPROVING:
            return (
                f"Still improving at the end: the last {curves.last} of {curves.epochs} epochs brought"
                f" {curves.gain:.0%} of all that the lowest validation loss has fallen, from {curves.valid[0]:.3g} to"
                f" {lowest:.3g}"
            )
        case DiagnosisKind.UNDERFITTING:
            return f"Underfitting: the clips that it learns from stay hard; {train} {epochs}"
        case DiagnosisKind.NOISY:
            return (
                f"Noisy: the validation loss goes up and down by {curves.jitter:.0%} from one epoch to the next in the"
                " second half, so that its score depends on the epoch"
            )
        case DiagnosisKind.SOUND:
            return _sound(curves, result, judged)


def _sound(curves: Curves, result: Result, judged: Metric) -> str:
    score = f" with {judged.name.replace('_', ' ')} {judged.show(result.value)}" if result.value is not None else ""
    return f"Sound: both losses fell together and have settled after {many(curves.epochs, 'epoch')}{score}"
