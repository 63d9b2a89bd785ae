"""Reading waveforms at other places than their own: float32 `(clips, samples)` → the same shape."""

from __future__ import annotations

from typing import Any

from keras import ops

GRID = 1024
"""Speeds are whole multiples of 1 / GRID: then every place is exact in float32, however long the clip."""


def shifted_by(waves: Any, places: Any) -> Any:
    """Sample `places[clip, n]` of each wave; silence where a place lies outside. Places are whole float32 numbers."""
    clips, samples = ops.shape(waves)
    inside = ops.logical_and(places >= 0, places < samples)
    # One gather of the flat batch: a third cheaper than take_along_axis on a CPU.
    flat = ops.cast(ops.clip(places, 0, samples - 1), "int32") + samples * ops.arange(clips)[:, None]
    return ops.where(inside, ops.take(ops.reshape(waves, (-1,)), flat), 0.0)


def read_at_speed(waves: Any, speed: Any, samples: int) -> Any:
    """Waves read `speed` times as fast, `(clips, samples)`: sample `n` is what lies at place `n * speed`.

    Between two samples a cubic through the nearest four is taken, so a wave should hold nothing near half its rate.
    Behind a wave's end lies silence.

    Args:
        waves: `(clips, length)`.
        speed: `(clips, 1)`, above 0; rounded to a multiple of 1 / GRID.
        samples: how many to read.
    """
    whole, share = _places(ops.round(speed * GRID), samples)
    clips, length = ops.shape(waves)
    padded = ops.pad(waves, [[0, 0], [1, 4]])
    start = ops.cast(ops.minimum(whole, length + 1.0), "int32") + (length + 5) * ops.arange(clips)[:, None]
    flat = ops.reshape(padded, (-1,))
    before, here, there, behind = (ops.take(flat, start + k) for k in range(4))
    # Lagrange's cubic through the places -1, 0, 1 and 2, in powers of the share.
    first = there - here / 2 - before / 3 - behind / 6
    second = (before + there) / 2 - here
    third = (behind - before) / 6 + (here - there) / 2
    return here + share * (first + share * (second + share * third))


def _places(steps: Any, samples: int) -> tuple[Any, Any]:
    """`n * steps / GRID` for all `n`, as a whole part and the rest; exact, because `n` is taken in two digits."""
    number = ops.arange(samples, dtype="float32")[None, :]
    high = ops.floor(number / GRID)
    low = (number - high * GRID) * steps
    carried = ops.floor(low / GRID)
    return high * steps + carried, low / GRID - carried
