"""Facts: what `model.json` says of a saved model, sealed so that a change is noticed.

The seal is a SHA-256 over everything else in the file, among it that of `model.keras`. It shows damage, and edits made
by hand; it is no signature. Against a model that means harm stand Keras' safe mode and the check of its plugins.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sinesweep.errors import ArtifactError
from sinesweep.files import write_atomically

FORMAT = 1
"""The version of `model.json`. It grows when an older Sinesweep could not read it rightly."""

MODEL, FACTS = "model.keras", "model.json"
HASH, SEAL = "sha256", "seal"


def write_facts(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Writes `model.json` for the `model.keras` that lies in `folder`; returns what it says."""
    said = {**facts, HASH: sha256_of(folder / MODEL)}
    sealed: dict[str, Any] = said | {SEAL: seal_of(said)}
    write_atomically(folder / FACTS, json.dumps(sealed, indent=2, ensure_ascii=False, default=str) + "\n")
    return sealed


def read_facts(folder: Path) -> dict[str, Any]:
    """What `model.json` says, once it and `model.keras` have been seen to be as they were written.

    Raises:
        ArtifactError: no such folder, a file that is missing, cut off or changed, or a newer format.
    """
    if not folder.is_dir():
        raise ArtifactError(f"{folder}: expected the folder of a model, such as sweeps/NAME/best; there is none")
    missing = [name for name in (FACTS, MODEL) if not (folder / name).is_file()]
    if missing:
        raise ArtifactError(
            f"{folder}: expected {MODEL} and {FACTS}; {' and '.join(missing)} missing. Give the folder `best` of a"
            " sweep that has ended, or copy it again"
        )
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        version = int(facts["format"])
    except (ValueError, KeyError, TypeError) as reason:
        raise ArtifactError(f"{folder / FACTS}: expected a model's description; cannot read it: {reason}") from reason
    if version > FORMAT:
        writer = facts.get("versions", {}).get("sinesweep", "?")
        raise ArtifactError(
            f"{folder}: written in format {version} by Sinesweep {writer}; this one reads up to {FORMAT}."
            " Install a newer Sinesweep: pip install -U sinesweep"
        )
    _check_whole(folder, facts)
    return facts


def trial_of(folder: Path) -> int | None:
    """The trial that the model in a folder is the winner of; nothing is checked.

    None where there is no model, or it does not say: one that an older Sinesweep wrote, or a file that was damaged.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # whoever uses the model is told why
        return None
    return facts.get("trial") if isinstance(facts, dict) else None


def seal_of(facts: Mapping[str, Any]) -> str:
    """SHA-256 over what the facts say as JSON, in whatever order, without their own seal."""
    plain = json.loads(json.dumps({key: value for key, value in facts.items() if key != SEAL}, default=str))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_whole(folder: Path, facts: Mapping[str, Any]) -> None:
    if SEAL not in facts and HASH not in facts:
        raise ArtifactError(
            f"{folder / FACTS}: expected the seal that shows a model to be as it was written; there is none, as in"
            " models of an older Sinesweep. Train it anew: `sinesweep run` with the sweep's own sweep.yaml and another"
            " folder as --out"
        )
    if facts.get(SEAL) != seal_of(facts):
        raise ArtifactError(
            f"{folder / FACTS}: this is not what was written; classes, thresholds, rates or other facts were changed or"
            " lost. Copy the whole folder again from where it was written"
        )
    if facts.get(HASH) != sha256_of(folder / MODEL):
        raise ArtifactError(
            f"{folder / MODEL}: this is not the file that {FACTS} describes; it was cut off or changed. Copy the whole"
            " folder again from where it was written"
        )
