"""`sinesweep export`: convert, run, compare, measure; what does not answer as the model does is not kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep import registry
from sinesweep.contract import FeatureExtractor
from sinesweep.dataset import Task
from sinesweep.errors import ExportError, PluginError
from sinesweep.exports import Export, record_export
from sinesweep_runner.export.conversion import convert
from sinesweep_runner.export.exported import describe, is_export, size_bytes
from sinesweep_runner.export.formats import Format
from sinesweep_runner.export.probe import probe
from sinesweep_runner.export.quantisation import quantise
from sinesweep_runner.export.tried import Tried, representative, validation
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.facts import read_facts

TOLERANCE = 1e-3
"""No probability of an export may differ from the model's by more; no value by more than this share of the largest."""

THREADS = 1
"""Latency is that of one thread: it depends least on the machine."""


def export(best: Path, target: Format, *, int8: bool = False, out: Path | None = None, trust: bool = False) -> Export:
    """Writes a winner in another format, runs it, and adds what was measured to `exports.json` beside the winner.

    Args:
        best: the winner's folder.
        int8: its network in 8-bit integers.
        out: where to; default `best/exports/NAME`. An export that lies there is replaced.
        trust: import the classes that the model names as `module:Class`, too.

    Raises:
        ArtifactError: the winner cannot be read.
        ExportError: a package is missing, the front end is computed on the host, the converter refuses the model, or
            the exported file does not run or answers otherwise. Nothing is left then.
    """
    name = target.name_of(int8)
    target.check_makers(int8)
    _check_takes_sound(read_facts(best))
    folder = out or best / "exports" / name
    if folder.exists() and not is_export(folder):
        raise ExportError(f"{folder} is there and holds no export; choose another folder with --out")
    artifact = Artifact.load(best, trust=trust)
    _check_backend()
    half = folder.with_name(f".{folder.name}.{os.getpid()}.half")
    first = not half.parent.exists()
    try:
        half.mkdir(parents=True)
        measured = _written(artifact, target, int8, half)
        shutil.rmtree(folder, ignore_errors=True)
        half.replace(folder)
        made = Export(name, _told(folder, best), threads=THREADS, **measured)
        record_export(best, made)
    except OSError as reason:
        raise ExportError(f"{folder}: the export cannot be written: {reason.strerror or reason}") from reason
    finally:
        shutil.rmtree(half, ignore_errors=True)
        if first and not folder.exists():
            with suppress(OSError):  # somebody else's export may lie there by now
                half.parent.rmdir()
    return made


def _written(artifact: Artifact, target: Format, int8: bool, folder: Path) -> dict[str, Any]:
    """Writes the export into `folder` and runs it; what was found, by the names of `Export`."""
    tried = validation(artifact)
    expected = artifact.answer(tried.windows)
    file = folder / target.file
    convert(artifact.model, target, file)
    if int8:
        quantise(target, file, artifact.model, representative(artifact))
    describe(folder, target, artifact.facts)
    answers, measured = probe(folder, tried.windows, THREADS)
    compared = _compared(artifact, tried, expected, answers, None if int8 else TOLERANCE)
    return {**compared, **measured, "size_bytes": size_bytes(file)}


def _check_takes_sound(facts: Mapping[str, Any]) -> None:
    if facts["takes"] == "waveforms":
        return
    name = facts["configuration"]["features"]["name"]
    raise ExportError(
        f"features '{name}' are computed on the host, outside of the model, so no exported file can hold them. Predict"
        f" through Python (sinesweep predict), or sweep over features that are layers: {', '.join(_layers())}"
    )


def _layers() -> list[str]:
    """The installed front ends that are a part of the model."""
    found = []
    for name in registry.names("features"):
        try:
            if issubclass(registry.load("features", name), FeatureExtractor):
                found.append(name)
        except PluginError:  # broken, and no help here
            continue
    return found


def _check_backend() -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"exports are written by TensorFlow, and Keras runs on {keras.backend.backend()} here. A saved model runs"
            " on any: set KERAS_BACKEND=tensorflow for this command"
        )


def _compared(
    artifact: Artifact, tried: Tried, expected: np.ndarray, answers: np.ndarray, tolerance: float | None
) -> dict[str, Any]:
    """How the export's answers differ from the model's; raises ExportError where they differ too much."""
    unit = float(np.abs(expected).max()) if artifact.task is Task.REGRESSION else 1.0
    difference = float(np.abs(answers - expected).max() / unit) if answers.shape == expected.shape else np.inf
    if not difference <= (np.inf if tolerance is None else tolerance) or not np.isfinite(answers).all():
        raise ExportError(
            f"the exported file answers otherwise than the model: {difference:.2g} on {tried.what}, where"
            f" {tolerance or 'a finite number'} is tolerated. It was not kept; take another --format"
        )
    scores = tried.scores(answers, artifact.thresholds), tried.scores(expected, artifact.thresholds)
    found = {"compared": tried.what, "difference": difference, "tolerance": tolerance}
    return found | {"scores": scores[0], "model_scores": scores[1]}


def _told(folder: Path, best: Path) -> str:
    """The folder as `exports.json` names it: a winner may be moved with what is inside it."""
    inside = folder.resolve().is_relative_to(best.resolve())
    return folder.resolve().relative_to(best.resolve()).as_posix() if inside else str(folder)
