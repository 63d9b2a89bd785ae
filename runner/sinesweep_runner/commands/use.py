"""Commands that use a finished sweep."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()


class PredictionFormat(StrEnum):
    """How predictions are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


class BoardFormat(StrEnum):
    """How a leaderboard is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


@commands.command()
def predict(
    model: Annotated[Path, typer.Argument(help="the folder of a winner: sweeps/NAME/best")],
    sounds: Annotated[
        list[Path], typer.Argument(help="audio files, and folders of them; CSV files for a model of vectors")
    ],
    format: Annotated[PredictionFormat, typer.Option(help="how to print")] = PredictionFormat.TEXT,
    trust: Annotated[bool, typer.Option("--trust", help="import the module:Class that the model names")] = False,
) -> None:
    """Say what sounds are: class and probability for every file. Exit code 2 if one of them could not be read."""
    from sinesweep_runner.model import prediction
    from sinesweep_runner.model.artifact import Artifact

    predictions = prediction.predict(Artifact.load(model, trust=trust), sounds)
    writers = {"text": prediction.as_text, "csv": prediction.as_csv, "json": prediction.as_json}
    typer.echo(writers[format](predictions).rstrip("\n"))
    if any(each.failed for each in predictions):
        raise typer.Exit(2)


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
def report(folder: Annotated[Path, typer.Argument(help="the sweep's folder")]) -> None:
    """Write the leaderboard anew: report.html, leaderboard.md, .csv and .json in the sweep's folder."""
    from sinesweep import report as reports
    from sinesweep_runner.outcome import board_of

    for file in reports.write(board_of(folder), folder):
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
) -> None:
    """Say all that is known of one trial: configuration, metrics, folds, and where it failed."""
    from sinesweep_runner.outcome import trial_text

    typer.echo(trial_text(folder, number))
