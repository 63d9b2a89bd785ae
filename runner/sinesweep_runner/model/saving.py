"""Saving a trained model with all that is known of it, whole or not at all."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sinesweep.blame import blaming, nobodys
from sinesweep.configuration import Parts
from sinesweep.contract import HostExtractor
from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError, PluginFault
from sinesweep.files import write_atomically
from sinesweep.lengths import Length
from sinesweep.trial import Config
from sinesweep.wording import brief
from sinesweep_runner import backend
from sinesweep_runner.model.facts import FORMAT, MODEL, read_facts, write_facts
from sinesweep_runner.model.plugins import INSIDE, origins
from sinesweep_runner.model.readme import readme

if TYPE_CHECKING:
    import keras

README = "README.md"


def save(
    folder: Path,
    model: keras.Model,
    config: Config,
    classes: tuple[str, ...],
    task: Task,
    length: Length,
    facts: Mapping[str, Any],
) -> None:
    """Writes a model whole or not at all; one that lay in `folder` is replaced.

    Args:
        model: float32 waveforms `(batch, length.samples)`, or features of a host extractor `(batch, *shape)`,
            → answers `(batch, outputs)`.
        facts: what else `model.json` shall say: `split` and `scores`, perhaps `thresholds` and `columns`.

    Raises:
        ArtifactError: the disk is full, or the folder cannot be written.
        PluginFault: a layer of a plugin does not say what it is made from, or the file cannot be read back.
    """
    whose = " and ".join(config[section]["name"] for section in INSIDE)
    half = folder.with_name(f".{folder.name}.{os.getpid()}.half")
    try:
        half.mkdir(parents=True)
        with blaming("model", whose, "save", OSError):
            model.save(half / MODEL)
        _check_readable(half / MODEL, whose)
        written = write_facts(half, _facts(config, classes, task, length) | dict(facts))
        write_atomically(half / README, readme(written))
        if folder.exists():
            shutil.rmtree(folder)
        half.replace(folder)
    except OSError as reason:
        raise _unwritable(folder, reason) from reason
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _check_readable(file: Path, whose: str) -> None:
    """Reads a model back: one that nobody can read must not cost the test part its seal."""
    import keras

    try:
        keras.saving.load_model(file, compile=False, safe_mode=True)
    except nobodys():
        raise
    except BaseException as fault:  # the code of the plugins' layers runs, and may raise anything
        raise PluginFault("model", whose, "save", f"it cannot be read back: {brief(fault)}") from fault


def record_scores(folder: Path, part: str, scores: Mapping[str, Any]) -> None:
    """Adds the scores of a part of the data (`validation`, `test`) to the model in `folder`; raises as `save` does."""
    facts = read_facts(folder)
    facts["scores"] = {**facts.get("scores", {}), part: dict(scores)}
    try:
        written = write_facts(folder, facts)
        write_atomically(folder / README, readme(written))
    except OSError as reason:
        raise _unwritable(folder, reason) from reason


def _facts(config: Config, classes: tuple[str, ...], task: Task, length: Length) -> dict[str, Any]:
    front = Parts.of(config).features
    tools = front.tools if isinstance(front, HostExtractor) else ()
    return {
        "format": FORMAT,
        "classes": list(classes),
        "task": task.value,
        "length": dataclasses.asdict(length),
        "takes": "features" if isinstance(front, HostExtractor) else "waveforms",
        "normalisation": config["features"].get("normalisation", "per_bin"),
        "plugins": origins(config),
        "configuration": dict(config),
        "versions": backend.versions() | {tool: metadata.version(tool) for tool in tools},
    }


def _unwritable(folder: Path, reason: OSError) -> ArtifactError:
    full = reason.errno in (errno.ENOSPC, errno.EDQUOT)
    why = "no space left on the disk; free some" if full else f"{reason.strerror or reason}; choose another folder"
    return ArtifactError(f"{folder}: the model cannot be written: {why}. Nothing half-written was left")
