"""Commands that use a finished sweep."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sinesweep.errors import UserError

commands = typer.Typer()


class BoardFormat(StrEnum):
    """How a leaderboard is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


@commands.command()
def leaderboard(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    format: Annotated[BoardFormat, typer.Option(help="how to print")] = BoardFormat.TEXT,
) -> None:
    """Print the leaderboard of a sweep, running or ended."""
    from sinesweep_runner.outcome import board_of
    from sinesweep_runner.printing import board_text

    typer.echo(board_text(board_of(folder), format).rstrip("\n"))


@commands.command()
def compare(
    folders: Annotated[list[Path], typer.Argument(help="the folders of two or more sweeps")],
    format: Annotated[BoardFormat, typer.Option(help="how to print")] = BoardFormat.TEXT,
) -> None:
    """Put sweeps side by side: what differs, what came of it, and whether the data can tell their winners apart."""
    from sinesweep_runner.comparing import comparison_of
    from sinesweep_runner.printing import comparison_text

    typer.echo(comparison_text(comparison_of(folders), format).rstrip("\n"))


@commands.command()
def report(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    audio: Annotated[
        bool, typer.Option("--audio/--no-audio", help="embed the worst mistakes to look at and to listen to")
    ] = True,
    trials: Annotated[int, typer.Option("--trials", min=1, help="of so many of the best trials")] = 3,
    trial: Annotated[
        list[int],
        typer.Option("--trial", min=0, help="of this trial too, 0 for the baseline; may be given several times"),
    ] = [],  # noqa: B006
    paths: Annotated[bool, typer.Option("--paths", help="name folders of this machine in full")] = False,
    figures: Annotated[bool, typer.Option("--figures", help="its charts as SVG and PNG too, in figures/")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="write it anew until the sweep ends")] = False,
) -> None:
    """Write the report anew: report.html, leaderboard.md, .csv and .json in the sweep's folder."""
    from sinesweep_runner import reporting

    if watch and trial:
        raise UserError(
            f"--trial is for a trial that has ended: sinesweep report {folder} --trial {trial[0]}, unwatched"
        )
    if watch:
        reporting.watch_report(folder, typer.echo, audio, trials, paths, figures)
        return
    for file in reporting.write_report(folder, audio, trials, trial, paths, figures=figures)[1]:
        typer.echo(str(file))


@commands.command()
def status(folder: Annotated[Path, typer.Argument(help="the sweep's folder")]) -> None:
    """Say in a few lines how far a sweep is."""
    from sinesweep_runner.outcome import status_of

    typer.echo(status_of(folder))


@commands.command()
def trial(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    number: Annotated[int, typer.Argument(help="the trial's number, as the leaderboard names it")],
    mistakes: Annotated[bool, typer.Option("--mistakes", help="list the clips that it got most wrong, too")] = False,
) -> None:
    """Say all that is known of one trial: configuration, metrics, folds, what it got wrong, and where it failed."""
    from sinesweep_runner.outcome import trial_text

    typer.echo(trial_text(folder, number, mistakes))


@commands.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    train: Annotated[bool, typer.Option("--train", help="train every trial again too, and compare scores")] = False,
) -> None:
    """Repeat a search in its recorded order, and see that it asks for the same trials. Exit code 1 if not."""
    from sinesweep_runner import replaying

    same = replaying.replay_asks(folder, typer.echo)
    if train:
        same = replaying.replay_trainings(folder, typer.echo) and same
    if not same:
        raise typer.Exit(1)
