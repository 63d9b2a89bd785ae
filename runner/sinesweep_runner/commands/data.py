"""Commands that get public data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()
data = typer.Typer(help="Get public data sets.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(data, name="data")


@data.command("list")
def list_known() -> None:
    """List the data sets that can be fetched, with their licences."""
    from sinesweep_runner.fetch.archives import known

    for archive in known().values():
        typer.echo(f"{archive.name:20}{archive.title}")
        parts = ", ".join(dict.fromkeys(file.part for file in archive.files if file.part))
        how = f"; parts: {parts}" if parts else "" if archive.files else "; not by this command, which says how"
        typer.echo(f"{'':20}licence: {archive.licence}{how}")


@data.command()
def fetch(
    name: Annotated[str, typer.Argument(help="the data set, as `sinesweep data list` names it")],
    out: Annotated[Path | None, typer.Option("--out", help="the folder to unpack it in; default: data/NAME")] = None,
    part: Annotated[list[str], typer.Option("--part", help="one part only; may be given several times")] = [],  # noqa: B006
    keep: Annotated[bool, typer.Option("--keep", help="keep the archives when they are unpacked")] = False,
) -> None:
    """Download a public data set, check it and unpack it. The same command goes on where a download stopped."""
    from sinesweep_runner.fetch.archives import find
    from sinesweep_runner.fetch.fetching import fetch as fetch_archive
    from sinesweep_runner.fetch.progress import Bars

    archive = find(name)
    with Bars() as bars:
        place = fetch_archive(archive, out or Path("data") / name, bars.say, bars.bar, part, keep)
    typer.echo(f"\nIn a sweep file:\ndata: {{reader: {archive.reader}, path: {place}}}")
