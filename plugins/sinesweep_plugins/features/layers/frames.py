"""Frames: a waveform cut into overlapping windows.

It is cut into blocks of one hop first; a window is a few whole blocks and a piece, side by side.
"""

from __future__ import annotations

from typing import Any

from keras import ops

from sinesweep_plugins.features.framing import Framing


def frames_of(waves: Any, framing: Framing) -> Any:
    """`(batch, samples)` → `(batch, frames, window_length)`.

    Twice as fast as `ops.extract_sequences` where hop and window have no large common divisor, never slower by much.
    """
    hops, frames = _hops(waves, framing)
    pieces = [hops[:, k : k + frames, :size] for k, size in enumerate(_sizes(framing))]
    return ops.concatenate(pieces, axis=-1)


def frame_sums(waves: Any, framing: Framing) -> tuple[Any, Any]:
    """The sum of each window and the first sample of each, both `(batch, frames)`; no window is made for it."""
    hops, frames = _hops(waves, framing)
    *whole, piece = _sizes(framing)
    total = ops.sum(hops[:, len(whole) : len(whole) + frames, :piece], axis=-1)
    if whole:
        sums = ops.sum(hops, axis=-1)
        total = total + sum(sums[:, k : k + frames] for k in range(len(whole)))
    return total, hops[:, :frames, 0]


def _hops(waves: Any, framing: Framing) -> tuple[Any, Any]:
    """The blocks `(batch, blocks, hop_length)` that all windows are made of, and the number of windows."""
    hop, in_window = framing.hop_length, len(_sizes(framing))
    batch, samples = ops.shape(waves)
    frames = framing.frames(samples)
    padded = ops.pad(waves, [[0, 0], [framing.lead, in_window * hop]])
    used = frames + in_window - 1
    return ops.reshape(padded[:, : used * hop], (batch, used, hop)), frames


def _sizes(framing: Framing) -> list[int]:
    """How many samples a window takes of each of its blocks."""
    length, hop = framing.window_length, framing.hop_length
    return [min(hop, length - begin) for begin in range(0, length, hop)]
