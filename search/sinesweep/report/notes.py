"""The notes under a leaderboard: what a reader should know before the top row is believed."""

from __future__ import annotations

from collections import Counter

from sinesweep.diagnosis import FEWEST_EPOCHS, DiagnosisKind
from sinesweep.ensemble import NoEnsemble
from sinesweep.exports import Export
from sinesweep.leaderboard import Leaderboard
from sinesweep.metrics import metric
from sinesweep.report import words
from sinesweep.rows import COMPARED
from sinesweep.trial import State
from sinesweep.wording import many, number

FEW_GROUPS = 10

CURVES = {
    DiagnosisKind.DIVERGED: "diverged",
    DiagnosisKind.OVERFITTING: "overfit",
    DiagnosisKind.STILL_IMPROVING: "still improving at the end",
    DiagnosisKind.UNDERFITTING: "underfit",
    DiagnosisKind.NOISY: "noisy",
    DiagnosisKind.SOUND: "sound",
}
"""The kinds of a diagnosis, as they are counted."""


def notes(board: Leaderboard) -> list[str]:
    """What a reader of the table should know, the most important first."""
    found = (finals(board), ties(board), front(board), longer(board), footing(board), luck(board))
    return [note for note in (*found, ensemble(board), exports(board), curves(board)) if note]


def finals(board: Leaderboard) -> str:
    """What the finalists' fresh seeds have done to the order of the search."""
    if not board.finalists:
        return ""
    seeds = many(board.finalists[0].finalist.wanted if board.finalists[0].finalist else 0, "fresh seed")
    among = f"The best {len(board.finalists)} were trained again with {seeds} each"
    if not all(row.finalist and row.finalist.ended for row in board.finalists):
        return f"{among}; not all of it has ended yet, so ranks are those of the search."
    best = board.rows[0]
    if best.finalist is None:
        return f"{among}; a later trial has taken the lead since, so ranks are those of the search again."
    lost = [str(row.number) for row in board.finalists if row.finalist and not row.finalist.eligible]
    out = f" Trial {', '.join(lost)} did not end with a score every time, and is out." if lost else ""
    was = f"The search had read {board.metric.show(best.score)} for trial {best.number}."
    return f"{among}; they are ranked by the mean of these alone. {was}{out}"


def ties(board: Leaderboard) -> str:
    """Which trials the data cannot tell apart, and which of them to take."""
    if len(board.tied) < 2:
        return ""
    others = len(board.tied) - 1
    among = f" (of the first {COMPARED})" if len(board.rows) > COMPARED else ""
    sentence = f"The data cannot tell the best from {many(others, 'other trial')}{among}, marked ≈."
    if board.recommended is None:  # none of them is as good as the baseline
        return sentence
    cheap = next(row for row in board.tied if row.number == board.recommended)
    smaller = any(row.parameters < cheap.parameters for row in board.tied)
    which = "those that are no worse than the baseline" if smaller else "them"
    if cheap is board.best:
        return f"{sentence} Trial {cheap.number} is also the smallest of {which}."
    size = words.number(cheap.parameters)
    return f"{sentence} Recommended is the smallest of {which}: trial {cheap.number} with {size} parameters."


def front(board: Leaderboard) -> str:
    """What the Pareto front is, where there are several objectives."""
    count = sum(row.pareto is True for row in board.rows)
    if not count:
        return ""
    *names, last = (words.title(name) for name in board.header.objectives)
    trials = "1 trial stands" if count == 1 else f"{count} trials stand"
    return (
        f"{trials} on the Pareto front of {', '.join(names)} and {last}, marked ◆: no other is as good in all of them"
        f" and better in one. Ranks go by {names[0]} alone."
    )


def luck(board: Leaderboard) -> str:
    """What choosing the best of many gives without any merit, and where that number comes from."""
    if board.luck is None:
        return ""
    how = "" if board.metric.proportion else ", if each errs as much as resamples of its clips spread"
    return (
        f"Choosing flatters: the {words.equals(board)}, all as good as the median trial, would be expected to read"
        f" {board.metric.show(board.luck)} on {board.judged_clips:,} clips{how}.{_stopped(board)}"
    )


def _stopped(board: Leaderboard) -> str:
    """That trials which have no score were chosen against too; how much that flatters, nobody knows."""
    if not board.counts.keys() & {State.PRUNED, State.PAUSED}:
        return ""
    return " That counts trials that came to their end; with those that were stopped on the way it is more."


def longer(board: Leaderboard) -> str:
    """Which trials continue which, and that this is an advantage."""
    if not board.longer:
        return ""
    pairs = ", ".join(f"{number} from {before}" for number, before in board.longer.items())
    return f"Continued with more epochs than the others were given: trial {pairs}."


def footing(board: Leaderboard) -> str:
    """A warning where the scores stand on few groups."""
    if not 0 < board.judged_groups < min(FEW_GROUPS, board.judged_clips):
        return ""
    folds = " Look at the folds." if any(len(row.folds) > 1 for row in board.rows) else ""
    return (
        f"All {board.judged_clips:,} validation clips come from {many(board.judged_groups, 'group')}:"
        f" on a new one the score may differ by more than the interval says.{folds}"
    )


def ensemble(board: Leaderboard) -> str:
    """What the best trials answer together, what that costs, and how much of the score is owed to choosing."""
    group = board.ensemble
    if group is None:
        return _no_ensemble(board)
    metric = board.metric
    names = ", ".join(f"{number} × {count}" if count > 1 else str(number) for number, count in group.members.items())
    flattery = f"{words.points(metric, group.optimism)} of its score is owed to the choice"
    owed = flattery if group.optimism > 0 else "choosing has not flattered it"
    apart = "groups" if board.judged_groups < board.judged_clips else "clips"
    gain = metric.goodness(group.score) - metric.goodness(group.single)
    word = "more" if gain > 0 else "less"
    worth = f"{words.points(metric, abs(gain))} {word} than" if gain else "as much as"
    return (
        f"An ensemble of trials {names} ({words.number(group.parameters)} parameters together) reads"
        f" {metric.show(group.chosen)} on the clips that it was chosen on. Chosen on other {apart} than it is"
        f" judged on, it has {metric.show(group.score)} ({words.spread(metric, group.interval)}): {owed}, and it is"
        f" worth {worth} a single trial that is chosen in the same way."
    )


def _no_ensemble(board: Leaderboard) -> str:
    """Why there is none; nothing where nobody would look for one."""
    if board.no_ensemble is None or not board.judged_clips or len(board.rows) < 2:
        return ""
    clips = f"{board.judged_clips:,} clips"
    return {
        NoEnsemble.NO_GAIN: f"An ensemble brings nothing: on the {clips} no mean of the best trials' answers is better"
        " than one of them alone.",
        NoEnsemble.ONE_GROUP: f"An ensemble cannot be judged: the {clips} are of one group, and its members have to be"
        " chosen on others than they are judged on.",
        NoEnsemble.MANY_CLIPS: f"An ensemble was not looked for: to choose its members on {clips} would take minutes.",
        NoEnsemble.FEW_TRIALS: "An ensemble cannot be judged: no other of the best trials has answers to the clips of"
        " the first one.",
    }[board.no_ensemble]


def exports(board: Leaderboard) -> str:
    """What the winner costs in other formats, and what int8 takes from its score."""
    row = next((row for row in board.rows if row.exports), None)
    if row is None:
        return ""
    return f"Trial {row.number} is exported: {'; '.join(_exported(each) for each in row.exports)}."


def _exported(export: Export) -> str:
    size, memory = f"{number(export.size_bytes)}B", f"{number(export.model_bytes)}B"
    told = [f"{export.name} {size}, {export.latency_ms:.3g} ms an answer, {memory} of memory"]
    if export.tolerance is None:
        for name, score in export.scores.items():
            before = metric(name).show(export.model_scores[name])
            told.append(f"{name} {metric(name).show(score)} on clips that it has learnt, {before} before")
    return ", ".join(told)


def curves(board: Leaderboard) -> str:
    """What the curves of the best trial say, and those of all in numbers."""
    kinds = Counter(row.diagnosis.kind for row in board.rows if row.diagnosis is not None)
    if not kinds:
        few = f"Curves of fewer than {FEWEST_EPOCHS} epochs do not tell what ails a trial."
        return few if any(map(len, (curve for row in board.rows for curve in row.curves))) else ""
    told = ", ".join(f"{count} {CURVES[kind]}" for kind, count in kinds.most_common())
    best = board.rows[0].diagnosis
    of_best = "" if best is None else f" The best, trial {board.rows[0].number}: {best.sentence} {best.advice}".rstrip()
    return f"By their curves: {told} (sinesweep trial N says why).{of_best}"
