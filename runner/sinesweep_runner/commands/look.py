"""Commands that look before anything runs: plugins, check, schema. None imports Keras, TensorFlow, Ray or librosa."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sinesweep.errors import UserError
from sinesweep_runner.commands import plugins
from sinesweep_runner.commands.sweep import Overrides, SweepFile

commands = typer.Typer()
commands.add_typer(plugins.commands, name="plugins")


@commands.command()
def check(
    file: SweepFile,
    set: Overrides = [],  # noqa: B006
    problems: Annotated[
        Path | None, typer.Option("--problems", help="a CSV file in which to list every problem of the sounds")
    ] = None,
) -> None:
    """Check a sweep file and its data before anything is trained, and say what the sweep will be like."""
    from sinesweep_runner.checking import check_sweep

    typer.echo(check_sweep(file, set, problems))


@commands.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="a file to write it to; default: print it")] = None,
    leaderboard: Annotated[bool, typer.Option("--leaderboard", help="that of leaderboard.json")] = False,
) -> None:
    """Print the JSON Schema of sweep files, with every installed plugin, so that editors complete them."""
    from sinesweep.report.document import json_schema
    from sinesweep.schema import sweep_schema

    text = json.dumps(json_schema() if leaderboard else sweep_schema(), indent=1)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as reason:
        raise UserError(f"{out} cannot be written: {reason.strerror}; name another file") from None
