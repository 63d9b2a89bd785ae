"""The command that asks a saved model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sinesweep.errors import ArtifactError
from sinesweep.files import write_atomically
from sinesweep.wording import many, printable

if TYPE_CHECKING:
    from sinesweep_runner.model.answerer import Answerer
    from sinesweep_runner.model.told import Prediction

commands = typer.Typer()


class AnswerFormat(StrEnum):
    """How answers are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    AUDACITY = "audacity"


@commands.command()
def predict(
    model: Annotated[Path, typer.Argument(help="the folder of a winner, sweeps/NAME/best, or of an export of it")],
    sounds: Annotated[
        list[str],
        typer.Argument(
            help="audio files, folders of them, and quoted patterns such as 'day/**/*.wav'; - reads names from standard"
            " input, a line each; CSV files for a model of vectors"
        ),
    ],
    hop_s: Annotated[
        float | None,
        typer.Option(help="an answer for each window of a recording, one every so many seconds, with its times"),
    ] = None,
    segments: Annotated[
        bool,
        typer.Option("--segments", help="put windows with the same answer together; without --hop-s half a window"),
    ] = False,
    threshold: Annotated[float | None, typer.Option(help="tell a class only from this probability on, 0 to 1")] = None,
    format: Annotated[
        AnswerFormat, typer.Option(help="how to print; audacity: a label track of the segments of one recording")
    ] = AnswerFormat.TEXT,
    out: Annotated[Path | None, typer.Option(help="write to this file instead")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="import the module:Class that the model names")] = False,
) -> None:
    """Say what sounds are: class and probability for every file, or when what was heard in a recording.

    Exit code 2 if one of them could not be read.
    """
    from sinesweep_runner.export.exported import Exported, is_export
    from sinesweep_runner.model import prediction, written
    from sinesweep_runner.model.artifact import Artifact
    from sinesweep_runner.model.segments import segments as put_together
    from sinesweep_runner.model.sources import files_of, suffixes_of
    from sinesweep_runner.model.windowing import hop_of

    _check_folder(out)
    artifact: Answerer = Exported.load(model) if is_export(model) else Artifact.load(model, trust=trust)
    files = files_of(sounds, suffixes_of(artifact.columns))
    if format is AnswerFormat.AUDACITY and len(files) > 1:
        raise ArtifactError(f"a label track is of one recording; got {len(files)}. Name one, or take --format csv")
    if merged := segments or format is AnswerFormat.AUDACITY:
        hop_s = hop_of(artifact.length, hop_s) / artifact.length.rate_hz
    with _bar() as progress:
        predictions = prediction.predict(artifact, files, hop_s, threshold, progress)
    answers = put_together(artifact, predictions, threshold) if merged else predictions
    _write(getattr(written, f"as_{format}")(answers), out)
    for line in _warnings(artifact, predictions, format):
        typer.echo(f"sinesweep: {printable(line)}", err=True)
    if any(each.failed for each in predictions):
        raise typer.Exit(2)


def _check_folder(out: Path | None) -> None:
    """Before a model is loaded and an hour of sound is read for nothing."""
    if out is not None and not out.parent.is_dir():
        raise ArtifactError(f"{out}: cannot be written: there is no folder {out.parent}")


@contextmanager
def _bar() -> Iterator[Callable[[float, int], None]]:
    """How many files have been read, as a bar where standard error is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("listening"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("")
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        write_atomically(out, text)
    except OSError as reason:
        raise ArtifactError(f"{out}: cannot be written: {reason.strerror}; choose another file") from None


def _warnings(artifact: Answerer, predictions: Sequence[Prediction], format: AnswerFormat) -> Iterator[str]:
    """What a person should know of all answers together."""
    rate_hz = artifact.length.rate_hz
    dull = {each.path: each.native_hz for each in predictions if 0 < each.native_hz < rate_hz}
    if dull:
        some, native_hz = next(iter(dull.items()))
        yield (
            f"{many(len(dull), 'sound')} with a lower rate than the {rate_hz} Hz that the model was trained at, such as"
            f" {some} with {native_hz} Hz: nothing above {native_hz / 2:g} Hz is in it, so doubt the answer"
        )
    if format is AnswerFormat.AUDACITY:
        yield from (f"{each.path}: {each.error}" for each in predictions if each.failed)
