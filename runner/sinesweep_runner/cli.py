"""The command line: `sinesweep …`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sinesweep.errors import SinesweepError, UserError
from sinesweep.wording import printable
from sinesweep_runner.commands import data, elsewhere, export, look, predict, sweep, use
from sinesweep_runner.process import DONE, FAILED, INTERRUPTED, MISTAKE

NO_HELP = {"help": False}
"""Typer loads Pydantic to read a `--help` that is not given; one that is False it takes as it is."""

commands = typer.Typer(
    help="Find the best audio model for your own sounds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"default_map": {**NO_HELP, "plugins": NO_HELP}},
)
for module in (sweep, look, use, predict, export, data, elsewhere):
    commands.registered_commands += module.commands.registered_commands
    commands.registered_groups += module.commands.registered_groups


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"sinesweep {version('sinesweep')}")
        raise typer.Exit


@commands.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    """What stands before a command."""


def app() -> None:
    """Runs a command; a user's mistake is one message and exit code 2, a sweep that failed is 1."""
    # A plugin `module:Class` may lie in the folder that one works in, as with `python -m`.
    sys.path.append(str(Path.cwd()))
    try:
        commands()
    except UserError as mistake:
        _complain(mistake)
        sys.exit(MISTAKE)
    except SinesweepError as failure:
        _complain(failure)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `sinesweep … | head` has read enough
        sys.stderr.close()
        sys.exit(DONE)


def _complain(reason: Exception) -> None:
    for line in str(reason).splitlines():
        print(f"sinesweep: {printable(line)}", file=sys.stderr)
