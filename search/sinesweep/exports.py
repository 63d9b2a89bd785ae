"""Exports: what was measured of a winner in other formats, kept in `exports.json` in the winner's folder."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sinesweep.errors import ArtifactError
from sinesweep.files import write_atomically

FILE = "exports.json"


@dataclass(frozen=True)
class Export:
    """One exported file, as it was found when it was run.

    Attributes:
        name: `litert`, `onnx` or `saved_model`, or one of the first two with `_int8`.
        folder: where it lies; relative to the winner's folder where it is inside.
        runtime: what ran it, with its version.
        size_bytes: of the file, or of all files of a SavedModel.
        latency_ms: the median time of one answer to one window of sound.
        threads: how many the runtime had for it.
        peak_bytes: the most memory that the process held while it answered.
        runtime_bytes: what the same process held before it read the model.
        compared: on what its answers were compared with the model's, such as `120 validation clips`.
        difference: the largest between an answer of the export and one of the model.
        tolerance: a larger difference would have been refused; None of int8, whose answers do differ.
        scores: by its name the objective of the export on these clips; none where it is not known what they are.
        model_scores: the same of the model itself.
    """

    name: str
    folder: str
    runtime: str
    size_bytes: int
    latency_ms: float
    threads: int
    peak_bytes: int
    runtime_bytes: int
    compared: str
    difference: float
    tolerance: float | None
    scores: Mapping[str, float] = field(default_factory=dict)
    model_scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def model_bytes(self) -> int:
        """The memory that the model takes, without its runtime."""
        return max(0, self.peak_bytes - self.runtime_bytes)

    @property
    def figures(self) -> dict[str, float]:
        """What it costs, by the names that columns of a table have: `export_litert_bytes`, `…_latency_ms`, …"""
        told = {"bytes": self.size_bytes, "latency_ms": self.latency_ms, "memory_bytes": self.model_bytes}
        return {f"export_{self.name}_{figure}": value for figure, value in told.items()}


def read_exports(best: Path) -> tuple[Export, ...]:
    """The exports of the winner in `best`, by name; none where none was made.

    Raises:
        ArtifactError: `exports.json` is not what `record_export` wrote.
    """
    file = best / FILE
    if not file.exists():
        return ()
    try:
        return tuple(Export(**each) for each in json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as reason:
        raise ArtifactError(f"{file}: expected what `sinesweep export` wrote; cannot read it: {reason}") from None


def record_export(best: Path, export: Export) -> None:
    """Adds an export to `exports.json`, in the place of an earlier one of the same name."""
    others = [each for each in read_exports(best) if each.name != export.name]
    everything = sorted((*others, export), key=lambda each: each.name)
    text = json.dumps([dataclasses.asdict(each) for each in everything], indent=1, ensure_ascii=False)
    write_atomically(best / FILE, text + "\n")
