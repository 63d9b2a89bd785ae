"""Writing files so that nobody ever reads half of one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> None:
    """Writes a file whole or not at all; text becomes UTF-8. The folder has to be there."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.half")
    try:
        half.write_bytes(content.encode() if isinstance(content, str) else content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def write_lastingly(path: Path, content: bytes | str) -> None:
    """Writes a file whole or not at all, and returns when a power cut would not lose it any more."""
    write_atomically(path, content)
    for place in (path, path.parent):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
