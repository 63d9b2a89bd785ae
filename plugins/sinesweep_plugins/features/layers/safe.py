"""Roots and ratios that stay finite in digital silence, and whose slopes do."""

from __future__ import annotations

from typing import Any

from keras import ops

_FAINTEST = 1e-36  # near the smallest energy that float32 holds with all its digits
_NOTHING = 1e-18  # a slope divides by its square, which float32 still holds


def root(energy: Any) -> Any:
    """The square root of what is not negative; 0 with slope 0 where it is silent."""
    sounds = energy > _FAINTEST
    return ops.where(sounds, ops.sqrt(ops.where(sounds, energy, 1.0)), 0.0)


def ratio(part: Any, whole: Any) -> Any:
    """`part / whole`; `part` as it is where `whole` is next to nothing, as in `librosa.util.normalize`."""
    return part / ops.where(whole > _NOTHING, whole, 1.0)
