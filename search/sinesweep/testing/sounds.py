"""Sounds that every plugin of sound has to stand: the faintest, the shortest, the loudest."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

KINDS_OF_SOUND = ("silence", "an impulse", "full-scale noise")
"""What the rows of `clips` are."""

RATES_HZ = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
"""The rates of speech, music and film."""


def clips(samples: int) -> Array:
    """Silence, an impulse and full-scale noise, float32 `(3, samples)`."""
    waves = np.zeros((3, samples), np.float32)
    waves[1, samples // 2] = 1.0
    waves[2] = noise(samples)
    return waves


def noise(*shape: int, seed: int = 0) -> Array:
    """Even noise in [-1, 1), float32."""
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(np.float32)
