"""Imports under way: code that is to be interrupted is left alone in them, for half a module would stay behind."""

from __future__ import annotations

from types import FrameType


def imports_under_way(frame: FrameType | None) -> int:
    """How many modules are being imported where this frame stands."""
    count = 0
    while frame is not None:
        count += frame.f_code.co_name == "_load_unlocked"  # of importlib, once a module
        frame = frame.f_back
    return count
