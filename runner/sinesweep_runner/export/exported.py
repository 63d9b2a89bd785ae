"""Exported: a winner in another format, as a folder that takes sound and gives answers without Keras.

litert/
├── model.tflite   waveform in, answers out (`model.onnx`; `model/` of a SavedModel)
└── export.json    rate, length, classes, thresholds, and hashes
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.errors import ArtifactError
from sinesweep.files import write_atomically
from sinesweep.lengths import Length
from sinesweep.wording import brief
from sinesweep_runner.export.formats import Format
from sinesweep_runner.export.runtimes import Answering, open_file
from sinesweep_runner.model.answerer import Stated
from sinesweep_runner.model.facts import HASH, SEAL, seal_of

FACTS = "export.json"
KEPT = ("format", "classes", "task", "length", "normalisation", "split", "scores", "versions", "thresholds", "columns")
"""What is copied from `model.json`."""


@dataclass(frozen=True)
class Exported(Stated):
    """An export that was read from its folder; `sinesweep_runner.predict` takes it like an `Artifact`.

    Attributes:
        facts: all that `export.json` says.
        classes: the classes or labels in the order of the outputs; none in regression.
    """

    folder: Path
    classes: tuple[str, ...]
    length: Length
    facts: Mapping[str, Any]
    run: Answering

    @classmethod
    def load(cls, folder: Path | str, threads: int = 1) -> Exported:
        """Reads an export, with the runtime of its format alone.

        Args:
            threads: how many the runtime may compute with.

        Raises:
            ArtifactError: no such folder, or a file that is missing, cut off or changed.
            ExportError: the runtime is not installed.
        """
        folder = Path(folder)
        facts = _read(folder)
        target = Format(facts["export"])
        target.check_runtime()
        try:
            run = open_file(target, folder / target.file, threads)
        except Exception as reason:  # a runtime raises what it likes
            raise ArtifactError(f"{folder / target.file}: the runtime cannot read it: {brief(reason)}") from reason
        return cls(folder, tuple(facts["classes"]), Length(**facts["length"]), facts, run)

    def answer(self, waveforms: np.ndarray) -> np.ndarray:
        """Answers `(windows, outputs)` about float32 waveforms `(windows, samples)` at the model's rate, or vectors."""
        return self.run(np.ascontiguousarray(waveforms, np.float32))


def is_export(folder: Path) -> bool:
    """Whether a folder holds an export rather than an artifact."""
    return (folder / FACTS).is_file()


def describe(folder: Path, target: Format, facts: Mapping[str, Any]) -> None:
    """Writes `export.json` for the file that lies in `folder`; `facts` is what `model.json` says of the model."""
    known = {name: facts[name] for name in KEPT if name in facts}
    said = known | {"export": target.value, "model_sha256": facts[HASH], HASH: _digest(folder / target.file)}
    text = json.dumps(said | {SEAL: seal_of(said)}, indent=2, ensure_ascii=False, default=str)
    write_atomically(folder / FACTS, text + "\n")


def size_bytes(file: Path) -> int:
    """Of a file, or of all files in a folder."""
    return sum(each.stat().st_size for each in _files(file))


def _read(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        whole = facts[SEAL] == seal_of(facts) and facts[HASH] == _digest(folder / Format(facts["export"]).file)
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise ArtifactError(
            f"{folder}: expected a folder that `sinesweep export` wrote, with {FACTS} and the model: {brief(reason)}"
        ) from reason
    if not whole:
        raise ArtifactError(f"{folder}: not what was exported: it was cut off or changed. Export it again")
    return facts


def _digest(file: Path) -> str:
    """SHA-256 over the names and bytes of a file, or of all files in a folder."""
    digest = hashlib.sha256()
    for each in _files(file):
        digest.update(each.relative_to(file.parent).as_posix().encode() + b"\0")
        digest.update(each.read_bytes())
    return digest.hexdigest()


def _files(file: Path) -> list[Path]:
    if not file.exists():
        raise FileNotFoundError(f"there is no {file.name}")
    return sorted(each for each in file.rglob("*") if each.is_file()) if file.is_dir() else [file]
