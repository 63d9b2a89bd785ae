"""Variants: training waveforms as host-side augmentations change them, before a step takes them.

A variant follows from the learner's seed, the row and a number alone. An augmentation that is given `variants` makes
so many of each training clip, when an epoch first asks for one, and keeps them as long as they fit into memory.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import HostAugmentation
from sinesweep.errors import PluginFault
from sinesweep_runner.training.batches import Source
from sinesweep_runner.training.firstuse import alone_at_first
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.windows import MEMORY_BYTES


class _Rows:
    """A source that asks for one row after another."""

    def __init__(self, row: Callable[[int], np.ndarray]) -> None:
        self._row = row

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        return np.stack([self._row(int(row)) for row in rows])


class Variants:
    """What the training steps of one learner begin from, epoch by epoch."""

    def __init__(self, inputs: Inputs, seed: int, limit_bytes: int = MEMORY_BYTES) -> None:
        """Takes the host-side augmentations of `inputs` in the order of the configuration.

        Args:
            inputs: of the trial.
            seed: of the learner.
            limit_bytes: so much is kept; what does not fit is made anew whenever it is asked for.
        """
        pairs = zip(inputs.parts.augmentations, inputs.config["augmentations"], strict=True)
        self._chain = [(each, entry["name"]) for each, entry in pairs if isinstance(each, HostAugmentation)]
        self._source, self._rate_hz = inputs.train_source(), inputs.material.length.rate_hz
        self._seed, self._limit_bytes, self._watch = seed, limit_bytes, inputs.watch
        self._kept: dict[tuple[int, int, int], np.ndarray] = {}
        self._kept_bytes = 0

    def source_of(self, epoch: int) -> Source:
        """The examples of an epoch."""
        if not self._chain:
            return self._source
        return _Rows(lambda row: self._variant(row, epoch, len(self._chain)))

    def _variant(self, row: int, number: int, depth: int) -> np.ndarray:
        """Row `row` behind the first `depth` augmentations."""
        if depth == 0:
            return self._source[np.array([row])][0]
        augmentation, name = self._chain[depth - 1]
        number = number % augmentation.variants if augmentation.variants else number
        key = (depth, row, number)
        if key not in self._kept:
            wave = self._changed(augmentation, name, self._variant(row, number, depth - 1), key)
            if not augmentation.variants or self._kept_bytes + wave.nbytes > self._limit_bytes:
                return wave
            self._kept[key] = wave
            self._kept_bytes += wave.nbytes
        return self._kept[key]

    def _changed(
        self, augmentation: HostAugmentation, name: str, wave: np.ndarray, key: tuple[int, int, int]
    ) -> np.ndarray:
        rng = np.random.default_rng((self._seed, *key))
        with self._watch.phase("augment"), alone_at_first(type(augmentation)), blaming("augmentation", name, "change"):
            changed = augmentation.change(wave, self._rate_hz, rng)
            if not (isinstance(changed, np.ndarray) and changed.shape == wave.shape and changed.dtype == np.float32):
                given = (
                    f"{changed.dtype} {changed.shape}" if isinstance(changed, np.ndarray) else type(changed).__name__
                )
                raise PluginFault("augmentation", name, "change", f"it gives {given}, expected float32 {wave.shape}")
            if not np.isfinite(changed).all():
                raise PluginFault("augmentation", name, "change", "it gives samples that are NaN or infinite")
        return changed
