"""The command that exports a winner."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sinesweep.exports import Export

commands = typer.Typer()


class ExportFormat(StrEnum):
    """What a winner is exported to."""

    LITERT = "litert"
    ONNX = "onnx"
    SAVED_MODEL = "saved_model"


@commands.command()
def export(
    model: Annotated[Path, typer.Argument(help="the folder of a winner: sweeps/NAME/best")],
    format: Annotated[ExportFormat, typer.Option(help="what for: LiteRT, ONNX Runtime, or TensorFlow")],
    int8: Annotated[bool, typer.Option("--int8", help="the network in 8-bit integers; litert and onnx")] = False,
    out: Annotated[Path | None, typer.Option(help="the export's folder; default: exports/ in the winner's")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="import the module:Class that the model names")] = False,
) -> None:
    """Write a winner for another runtime: sound in, answers out. It is run and compared before it is kept."""
    from sinesweep_runner.export.exporting import export as write
    from sinesweep_runner.export.formats import Format

    made = write(model, Format(format), int8=int8, out=out, trust=trust)
    for line in (*_lines(made, model), *_told(model)):
        typer.echo(line)


def _lines(made: Export, model: Path) -> Iterator[str]:
    from sinesweep.metrics import metric
    from sinesweep.wording import number

    yield f"export:   {model / made.folder}"
    most = "; they do differ in int8" if made.tolerance is None else f", {made.tolerance:g} is tolerated"
    yield f"answers:  at most {made.difference:.2g} from the model's{most}; on {made.compared}"
    for name, score in made.scores.items():
        show = metric(name).show
        yield f"score:    {name} {show(score)}, the model's {show(made.model_scores[name])}; it has learnt these clips"
    yield f"size:     {number(made.size_bytes)}B"
    yield f"latency:  {made.latency_ms:.3g} ms an answer, {made.threads} thread, {made.runtime}"
    yield f"memory:   {number(made.model_bytes)}B, and {number(made.runtime_bytes)}B of the runtime"


def _told(model: Path) -> Iterator[str]:
    """Tells the leaderboard of the winner's sweep what was measured, where the winner lies in a sweep's folder."""
    from sinesweep.errors import UserError
    from sinesweep_runner.reporting import write_tables
    from sinesweep_runner.sweepfolder import SweepFolder

    place = SweepFolder.around(model)
    if place is None:
        return
    try:
        tables = write_tables(place.path)
    except UserError as reason:  # the export is whole without it
        yield f"board:    stays as it was; {reason}"
        return
    page = f"sinesweep report {shlex.quote(str(place.path))}"
    yield f"board:    {', '.join(file.name for file in tables)} have it; {page} puts it into report.html"
