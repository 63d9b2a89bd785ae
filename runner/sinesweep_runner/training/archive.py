"""Archives: facts as JSON and arrays beside them in one NumPy file, written whole or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sinesweep.errors import SinesweepError
from sinesweep.files import write_atomically

FACTS = "facts"
"""The name of the array that holds the facts."""


class Damaged(SinesweepError):
    """An archive that cannot be read whole; the message names it."""


def write_archive(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Writes an archive, and its folder where there is none.

    Raises:
        OSError: the file cannot be written.
    """
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **{FACTS: np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content.getvalue())


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and arrays.

    Raises:
        FileNotFoundError: there is no such file.
        Damaged: it cannot be read, or is no archive.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        return json.loads(arrays.pop(FACTS).tobytes()), arrays
    except FileNotFoundError:
        raise
    # A flipped bit may make an archive of a kind that zipfile does not read: RuntimeError and its kin.
    except (OSError, ValueError, LookupError, EOFError, RuntimeError, zipfile.BadZipFile):
        raise Damaged(f"{path} is damaged: it was cut off, or something else was written over it") from None
