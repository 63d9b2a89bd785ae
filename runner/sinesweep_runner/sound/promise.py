"""How long a WAV says that it is: a copy that was broken off says more than it holds, and decoders don't mind."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

UNKNOWN_BYTES = 0x7FFF0000
"""From here on a size is none: what was recorded into a pipe could not know its own, and says the largest there is."""


def promised_s(path: str | Path) -> float:
    """The length in seconds that the header of a WAV promises, where the file ends before; 0 for all other files."""
    with Path(path).open("rb") as file:
        riff, _, wave = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
        return _promised_s(file) if (riff, wave) == (b"RIFF", b"WAVE") else 0.0


def _promised_s(file: BinaryIO) -> float:
    """The same from the first chunk on."""
    bytes_a_second, end = 0, os.fstat(file.fileno()).st_size
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            broken_off = file.tell() + size > end and size < UNKNOWN_BYTES
            return size / bytes_a_second if broken_off and bytes_a_second else 0.0
        if name == b"fmt ":
            [bytes_a_second] = struct.unpack_from("<8xI", file.read(12).ljust(12, b"\0"))
            size -= 12
        file.seek(size + size % 2, os.SEEK_CUR)
    return 0.0
