"""Commands about plugins: list, show, check, new, catalogue. Only `check` imports Keras."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sinesweep.errors import UserError

Kind = Annotated[str, typer.Argument(help="features, augmentations, architectures, losses, datasets or baselines")]
Name = Annotated[str, typer.Argument(help="its installed name, or module:Class")]
OfKind = Annotated[str | None, typer.Option("--kind", help="where plugins of several kinds have that name")]


class _ListByDefault(TyperGroup):
    """`plugins features log_mel` is `plugins list features log_mel`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Takes what is no command for a kind."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["list", *args]
        return super().resolve_command(ctx, args)


commands = typer.Typer(cls=_ListByDefault, invoke_without_command=True)


@commands.callback()
def plugins(context: typer.Context) -> None:
    """List the installed plugins, show one, check one, or begin one of your own."""
    if context.invoked_subcommand is None:
        list_()


@commands.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="those of one kind")] = None,
    name: Annotated[str | None, typer.Argument(help="one plugin, in full")] = None,
) -> None:
    """List the installed plugins; `sinesweep plugins KIND` does it too."""
    from sinesweep_runner import catalogue, showing

    if kind is not None and name is not None:
        typer.echo(showing.show(name, kind))
    else:
        typer.echo(catalogue.table(kind))


@commands.command()
def show(name: Name, kind: OfKind = None) -> None:
    """Show a plugin: its settings, ranges, units and help, shapes, distribution and source."""
    from sinesweep_runner import showing

    typer.echo(showing.show(name, kind))


@commands.command()
def check(
    name: Name,
    kind: OfKind = None,
    set: Annotated[list[str], typer.Option("--set", help="setting=value, where a setting has no default")] = [],  # noqa: B006
) -> None:
    """Try every promise of its kind on a plugin, and say which it keeps. Exit code 1 if one is broken."""
    from sinesweep_runner import verdicts

    if not verdicts.check_plugin(name, kind, set, typer.echo):
        raise typer.Exit(1)


@commands.command()
def new(
    kind: Kind,
    name: Annotated[str, typer.Argument(help="what sweep files will call it, such as spectral_tilt")],
    out: Annotated[Path, typer.Option("--out", help="the folder to write the project in")] = Path(),
) -> None:
    """Write the project of a plugin of your own: it installs, is found, and passes its suite at once."""
    from sinesweep_runner.scaffold import new_plugin

    folder = new_plugin(kind, name, out)
    quoted = shlex.quote(str(folder))
    typer.echo(f"{folder} is written. Go on with:\n")
    typer.echo(f"  pip install -e {quoted}\n  sinesweep plugins show {name}\n  pytest {quoted}")


@commands.command()
def catalogue(
    out: Annotated[Path | None, typer.Option("--out", help="a file to write it to; default: print it")] = None,
) -> None:
    """Print the catalogue of the built-in plugins as Markdown."""
    from sinesweep_runner.catalogue import page

    if out is None:
        typer.echo(page())
        return
    try:
        out.write_text(page(), encoding="utf-8")
    except OSError as reason:
        raise UserError(f"{out} cannot be written: {reason.strerror}; name another file") from None
