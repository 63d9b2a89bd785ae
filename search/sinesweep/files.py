"""Writing files so that nobody ever reads half of one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

EVERYBODY, OWNER = 0o666, 0o600
"""Who may use a new file; of everybody the system leaves out those whom the process's umask names."""


def write_atomically(path: Path, content: bytes | str, mode: int = EVERYBODY) -> None:
    """Writes a file whole or not at all; text becomes UTF-8. The folder has to be there."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def write_lastingly(path: Path, content: bytes | str, mode: int = EVERYBODY) -> None:
    """Writes a file whole or not at all, and returns when a power cut would not lose it any more."""
    write_atomically(path, content, mode)
    for place in (path, path.parent):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
