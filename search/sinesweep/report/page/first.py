"""The first screen: what was asked, how the data was split, what came out, and how to repeat it."""

from __future__ import annotations

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words
from sinesweep.report.page.embed import text
from sinesweep.report.story import Story


def head(story: Story) -> str:
    """The page's title, and what was asked of which data."""
    board = story.board
    return (
        f"<h1>{text(board.header.name)}</h1>\n"
        f'<p class="soft">{text(words.asked(board))}</p>\n<p class="soft">{text(board.header.how)}</p>'
    )


def outcome(story: Story) -> str:
    """The conclusion in a sentence, the numbers that count, and the command."""
    board = story.board
    test = "" if board.test is None else f'<p class="verdict">Test: {text(words.final(board))}</p>'
    return f"""<p class="verdict">{text(words.verdict(board))}</p>
{test}
{_figures(board)}
{_command(story)}
{_missing(story)}"""


def foot(board: Leaderboard) -> str:
    """The classes and the versions."""
    names, word = board.header.classes, words.label_word(board.header.task)
    plural = {"class": "Classes", "label": "Labels"}[word]
    classes = f"<p>{plural}: {text(', '.join(names))}</p>" if names else ""
    versions = " · ".join(f"{package} {version}" for package, version in board.header.versions.items())
    return f"{classes}\n<p>{text(versions)}</p>"


def _figures(board: Leaderboard) -> str:
    metric, test = board.metric, board.test
    figures = []
    for label, row in (("Validation, best trial", board.best), ("Validation, baseline", board.baseline)):
        if row is not None:
            score, interval = row.honest
            figures.append(_figure(label, metric.show(score), words.spread(metric, interval)))
    if board.best and board.luck is not None:
        fresh = board.best.trainings != (board.best.number,)
        below = f"by luck; the search had read {metric.show(board.best.score)}" if fresh else "by luck alone"
        figures.insert(1, _figure(words.equals(board).capitalize(), metric.show(board.luck), below))
    if test is None:
        figures.append(_figure("Test", "sealed", "not opened yet", "sealed"))
    else:
        figures.append(
            _figure(f"Test, trial {test.trial}", metric.show(test.score), words.spread(metric, test.interval))
        )
        if test.baseline is not None:
            around = words.spread(metric, test.baseline_interval)
            figures.append(_figure("Test, baseline", metric.show(test.baseline), around))
    return f'<dl class="figures">{"".join(figures)}</dl>'


def _figure(label: str, value: str, below: str, kind: str = "") -> str:
    return (
        f'<div><dt>{text(label)}</dt><dd><strong class="{kind}">{text(value)}</strong>'
        f"<small>{text(below)}</small></dd></div>"
    )


def _command(story: Story) -> str:
    if not story.command:
        return ""
    where = f", {text(story.command_in)}" if story.command_in else ""
    return (
        f'<p class="command"><span class="soft">Repeat it{where}:</span>'
        f' <code id="command">{text(story.command)}</code>'
        ' <button type="button" id="copy" hidden>Copy</button></p>'
    )


def _missing(story: Story) -> str:
    if not story.missing:
        return ""
    return f'<ul class="missing">{"".join(f"<li>{text(why)}</li>" for why in story.missing)}</ul>'
