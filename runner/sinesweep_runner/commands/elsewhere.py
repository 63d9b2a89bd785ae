"""Commands that show a sweep in other people's tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()


class Tracker(StrEnum):
    """Where runs can be kept."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"


@commands.command()
def dashboard(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="of this machine; 0 takes a free one")] = 8080,
) -> None:
    """Show a sweep's study in optuna-dashboard, on this machine alone, until Ctrl-C."""
    from sinesweep_runner.dashboard import serve

    serve(folder, port, typer.echo)


@commands.command()
def runs(
    folder: Annotated[Path, typer.Argument(help="the sweep's folder")],
    to: Annotated[Tracker, typer.Option("--to", help="the tool to write for")],
    out: Annotated[
        Path | None, typer.Option("--out", help="a new folder for them; default: in the sweep's folder")
    ] = None,
) -> None:
    """Write every trial that has ended as a run of TensorBoard (with HParams) or of MLflow."""
    from sinesweep_runner.tracking import write_runs

    count, look = write_runs(folder, to, out or folder / to)
    typer.echo(f"{count} runs written; to look at them: {look}")
