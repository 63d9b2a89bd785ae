"""Commands that begin, continue and end a sweep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sinesweep_runner.searching import Outcome

commands = typer.Typer()

SweepFile = Annotated[Path, typer.Argument(help="the sweep file (YAML)")]
Folder = Annotated[Path, typer.Argument(help="the sweep's folder")]
Overrides = Annotated[list[str], typer.Option("--set", help="key=value, such as --set budget.trials=20")]
Out = Annotated[Path | None, typer.Option("--out", help="the sweep's folder; default: sweeps/NAME")]
Address = Annotated[
    str | None,
    typer.Option("--address", help="a running Ray cluster to join: auto or HOST:PORT"),
]
Finalize = Annotated[
    bool,
    typer.Option(
        help="open the sealed test part for the winner at the end, and write best/; a sweep that was begun with"
        " --no-finalize stays sealed until `sinesweep finalize`"
    ),
]


@commands.command()
def run(
    file: SweepFile,
    out: Out = None,
    set: Overrides = [],  # noqa: B006 - the option's name, and typer's way to say "none given"
    address: Address = None,
    finalize: Finalize = True,
) -> None:
    """Run a sweep: search, rank, test the winner once, and write it to best/."""
    from sinesweep.sweepfile import read_sweep
    from sinesweep_runner import sweeping

    overrides = _with_address(set, address)
    _show(lambda: sweeping.run(read_sweep(file, overrides), out, finalize=finalize))


@commands.command()
def resume(
    folder: Folder,
    set: Overrides = [],  # noqa: B006
    address: Address = None,
    finalize: Finalize = True,
) -> None:
    """Continue a sweep that was stopped; no finished trial is repeated. `--set budget.…`, `--set workers.…` work, and
    `--set data.path=…` where the data have moved."""
    from sinesweep_runner import resuming

    _show(lambda: resuming.resume(folder, _with_address(set, address), finalize=finalize))


@commands.command()
def extend(
    folder: Folder,
    trials: Annotated[str | None, typer.Option("--trials", help="so many trials in all, or more: 120, +50")] = None,
    hours: Annotated[str | None, typer.Option("--hours", help="so many hours in all, or more: 3, +2")] = None,
    set: Overrides = [],  # noqa: B006
    address: Address = None,
    finalize: Finalize = True,
) -> None:
    """Give a sweep more trials, hours, ranges or plugins. All that was tried stays, and teaches the sampler."""
    from sinesweep_runner import extending

    overrides = _with_address(set, address)
    _show(lambda: extending.extend(folder, overrides, trials=trials, hours=hours, finalize=finalize))


@commands.command("continue")
def continue_(
    folder: Folder,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="so many epochs in all")],
    top: Annotated[int, typer.Option("--top", min=1, help="so many of the best trials")] = 5,
    address: Address = None,
    finalize: Finalize = True,
) -> None:
    """Train the best trials of a sweep longer, from where they ended."""
    from sinesweep_runner import extending

    _show(lambda: extending.continue_(folder, top, epochs, address=address, finalize=finalize))


@commands.command()
def finalize(
    folder: Folder,
    trial: Annotated[int | None, typer.Option("--trial", help="the winner; default: the best trial")] = None,
) -> None:
    """Open the sealed test part for the winner, once, and write best/."""
    from sinesweep_runner import sweeping

    _show(lambda: sweeping.finalize(folder, trial))


@commands.command()
def demo(folder: Annotated[Path, typer.Argument(help="where sounds and sweep go")] = Path("demo")) -> None:
    """Synthesize ten classes of sound, run a small sweep on them, and predict one file with the winner."""
    from sinesweep_runner.demo import run_demo

    run_demo(folder)


def _with_address(overrides: list[str], address: str | None) -> list[str]:
    return [*overrides, *([] if address is None else [f"workers.address={address}"])]


def _show(go: Callable[[], Outcome]) -> None:
    """Runs, and prints what came of it; of a search that had to stop, what there is to rank."""
    from sinesweep_runner.printing import print_board, print_outcome
    from sinesweep_runner.process import INTERRUPTED
    from sinesweep_runner.searching import SearchFailed

    try:
        outcome = go()
    except SearchFailed as failure:
        if failure.outcome.board.best is not None:
            print_board(failure.outcome)
        raise
    print_outcome(outcome)
    if outcome.stopped:
        raise typer.Exit(INTERRUPTED)
