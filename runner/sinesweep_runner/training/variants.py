"""Variants: training waveforms as augmentations change them before a step takes them.

These are the host augmentations, and the costly ones of the graph that are given `variants`. A variant follows from the
learner's seed, the row and a number alone. An augmentation that is given `variants` makes so many of each training
clip, when an epoch first asks for one, and keeps them as long as they fit into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import CostlyAugmentation, HostAugmentation, Stage
from sinesweep.errors import PluginFault
from sinesweep_runner.training.assembly import Step, build_augmentations, build_weights
from sinesweep_runner.training.batches import Source
from sinesweep_runner.training.chance import seed_states
from sinesweep_runner.training.firstuse import alone_at_first
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.windows import MEMORY_BYTES

Change: TypeAlias = Callable[[np.ndarray, np.random.Generator], Any]
"""One waveform, and where its chance comes from → the changed waveform."""


class Link(NamedTuple):
    """One augmentation of the chain, the name of its plugin, what it does, and the method that is to blame for it."""

    augmentation: HostAugmentation | CostlyAugmentation
    name: str
    change: Change
    method: str


class _Rows:
    """A source that asks for one row after another."""

    def __init__(self, row: Callable[[int], np.ndarray]) -> None:
        self._row = row

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        return np.stack([self._row(int(row)) for row in rows])


class Variants:
    """What the training steps of one learner begin from, epoch by epoch."""

    def __init__(self, inputs: Inputs, seed: int, limit_bytes: int = MEMORY_BYTES) -> None:
        """Takes the augmentations of `inputs` that are done before a step, in the order of the configuration.

        Args:
            inputs: of the trial.
            seed: of the learner.
            limit_bytes: so much is kept; what does not fit is made anew whenever it is asked for.
        """
        self._chain = list(_links(inputs, seed % 2**31))
        self._source, self._seed, self._limit_bytes = inputs.train_source(), seed, limit_bytes
        self._watch = inputs.watch
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
        link = self._chain[depth - 1]
        variants = link.augmentation.variants
        number = number % variants if variants else number
        key = (depth, row, number)
        if key not in self._kept:
            wave = self._changed(link, self._variant(row, number, depth - 1), key)
            if not variants or self._kept_bytes + wave.nbytes > self._limit_bytes:
                return wave
            self._kept[key] = wave
            self._kept_bytes += wave.nbytes
        return self._kept[key]

    def _changed(self, link: Link, wave: np.ndarray, key: tuple[int, int, int]) -> np.ndarray:
        plugin, rng = type(link.augmentation), np.random.default_rng((self._seed, *key))
        blame = "augmentation", link.name, link.method
        with self._watch.phase("augment"), alone_at_first(plugin), blaming(*blame):
            changed = link.change(wave, rng)
            if not (isinstance(changed, np.ndarray) and changed.shape == wave.shape and changed.dtype == np.float32):
                given = (
                    f"{changed.dtype} {changed.shape}" if isinstance(changed, np.ndarray) else type(changed).__name__
                )
                raise PluginFault(*blame, f"it gives {given}, expected float32 {wave.shape}")
            if not np.isfinite(changed).all():
                raise PluginFault(*blame, "it gives samples that are NaN or infinite")
        return changed


def _links(inputs: Inputs, seed: int) -> Iterator[Link]:
    """The augmentations that are done before a step, in the order of the configuration."""
    parts, config, length = inputs.parts, inputs.config, inputs.material.length
    steps = iter(build_augmentations(parts, config, Stage.HOST, length.rate_hz, seed))
    for augmentation, entry in zip(parts.augmentations, config["augmentations"], strict=True):
        if isinstance(augmentation, HostAugmentation):
            yield Link(augmentation, entry["name"], _host_change(augmentation, length.rate_hz), "change")
        elif isinstance(augmentation, CostlyAugmentation) and augmentation.variants:
            yield Link(augmentation, entry["name"], _layer_change(next(steps)), "layer")


def _host_change(augmentation: HostAugmentation, rate_hz: int) -> Change:
    return lambda wave, rng: augmentation.change(wave, rate_hz, rng)


def _layer_change(step: Step) -> Change:
    """What a layer makes of one waveform, its chance begun from a draw of `rng`."""
    from sinesweep_runner.training.intraining import InTraining  # not at the top: ways without Keras read this module

    model = InTraining(step.layer)

    def change(wave: np.ndarray, rng: np.random.Generator) -> Any:
        build_weights(step, wave.shape)  # before the states are listed: a generator may be made there too
        for state in seed_states(step.layer):
            state.assign(rng.integers(2**31, size=state.shape))
        return np.asarray(model.predict_on_batch(wave[None])[0], np.float32)

    return change
