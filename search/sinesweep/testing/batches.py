"""Batches of clips: what the suite of augmentations gives a layer, and how it calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from sinesweep.contract import Augmentation, Augmenter, HostAugmentation, Stage
from sinesweep.testing.kerasparts import array
from sinesweep.testing.sounds import Array, clips, noise

RATE_HZ = 8000
CLIPS, OUTPUTS = 16, 4
BATCHES = 4

Examples: TypeAlias = tuple[Array, ...]
"""What a layer is given: the clips, and their targets where its stage changes those too."""


def examples(stage: Stage, samples: int = 4000, frames: int = 50, bins: int = 20) -> Examples:
    """Sixteen clips as a layer of this stage gets them, silence and an impulse among them."""
    features = noise(CLIPS, frames, bins, seed=1)
    waves = np.concatenate([clips(samples), 0.5 * noise(CLIPS - 3, samples, seed=1)])
    targets = np.eye(OUTPUTS, dtype=np.float32)[np.arange(CLIPS) % OUTPUTS]
    clips_ = waves if stage.changes_waveforms else features
    return (clips_, targets) if stage.changes_targets else (clips_,)


def augmenter(plugin: Augmenter, seed: int) -> Callable[[Examples], Examples]:
    """What training does with a batch, whatever the form of the augmentation; its chance goes on from call to call."""
    if isinstance(plugin, HostAugmentation):
        rng = np.random.default_rng(seed)
        return lambda given: (np.stack([plugin.change(wave, RATE_HZ, rng) for wave in given[0]]),)
    assert isinstance(plugin, Augmentation)
    layer = plugin.layer(RATE_HZ, seed)
    return lambda given: call(layer, given, training=True)


def after_one_another(change: Callable[[Examples], Examples], given: Examples) -> tuple[Array, Array]:
    """The clips of some batches and of as many that come after them, all of them given alike."""
    changed = [change(given)[0] for _ in range(BATCHES)]
    return np.concatenate(changed[: BATCHES // 2]), np.concatenate(changed[BATCHES // 2 :])


def predicted(model: Any, given: Examples) -> Examples:
    """What a model gives for a batch, in its graph."""
    return _parts(model.predict_on_batch(_together(given)))


def call(layer: Any, given: Examples, **options: Any) -> Examples:
    """What a layer gives for a batch, without a graph."""
    return _parts(layer(_together(given), **options))


def _together(given: Any) -> Any:
    return tuple(given) if len(given) > 1 else given[0]


def _parts(answer: Any) -> Examples:
    return tuple(array(part) for part in answer) if isinstance(answer, tuple | list) else (array(answer),)
