"""Inputs: what the network of one trial is fed.

Features are computed once and kept, where the front end learns nothing and they fit into memory; answers and statistics
then come from them. The next trial with the same front end finds them still there, and those of other workers and of
later sweeps find them in the cache. Training steps begin from them too, unless an augmentation changes the waveform:
such a step begins from the waveform and has the front end in its graph. The features of a host extractor are always
computed before.

What is kept is computed by the processor, whatever device trains. Another process may have it ready while the devices
train, and they round otherwise: if each computed what it does not find, the numbers of a trial would hang on who was
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sinesweep.configuration import Parts
from sinesweep.contract import HostExtractor, Shape
from sinesweep.lengths import Length
from sinesweep.trial import Config
from sinesweep.wording import many
from sinesweep_runner import backend
from sinesweep_runner.training.assembly import build_front, check
from sinesweep_runner.training.batches import ANSWER_BATCH, Source, answer_batches, answers
from sinesweep_runner.training.bulk import for_bulk
from sinesweep_runner.training.failures import NotANumber
from sinesweep_runner.training.featurecache import heard
from sinesweep_runner.training.frontfeatures import FrontFeatures
from sinesweep_runner.training.hostfeatures import HostFeatures
from sinesweep_runner.training.lately import lately
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.windows import MEMORY_BYTES, Windows

if TYPE_CHECKING:
    import keras


class Inputs:
    """Front end and examples of one trial.

    Attributes:
        shape: of the features of one example, such as `(frames, bins)`.
        entry_shape: of one example as the whole model takes it: `(samples,)`, or `shape` with a host extractor.
        kept: features are computed once and kept.
        from_waveform: training steps begin from the waveform.
    """

    def __init__(self, config: Config, material: Material, clips: Sequence[int], watch: Stopwatch) -> None:
        """Raises what `assembly.check` and `assembly.build_front` raise."""
        self.config, self.parts, self.material, self.watch = config, Parts.of(config), material, watch
        self.shape = check(config, material.length)
        self._heard = material.waveforms, tuple(clips), material.length
        with watch.phase("load"):
            self.windows = _windows(*self._heard)
        with watch.phase("build"):
            self._front = build_front(self.parts, config, material.length, self.shape)
        self._learns = self._front is not None and bool(self._front.trainable_weights)
        self._fits = 4 * len(self.windows) * int(np.prod(self.shape)) <= MEMORY_BYTES
        self.entry_shape: Shape = self.shape if self._front is None else (material.length.samples,)
        self.kept = self._front is None or (not self._learns and self._fits)
        self.from_waveform = not self.kept or any(a.stage.changes_waveforms for a in self.parts.augmentations)

    def front(self) -> keras.Model | None:
        """The front end, as far as it is a part of the model; one that learns is made anew for every fold."""
        if self._learns:
            return build_front(self.parts, self.config, self.material.length, self.shape)
        return self._front

    def fill_cache(self) -> None:
        """Has the features ready for whoever trains this configuration later, where they can be kept.

        Raises:
            PluginFault: the front end does not keep its promise.
        """
        front = self.parts.features
        cached = self._of_host(front) if isinstance(front, HostExtractor) else self._of_front()
        if self.kept and cached.kept:
            cached.fill()

    def rows_of(self, clips: Sequence[int]) -> np.ndarray:
        """The rows of the examples that were cut from these clips."""
        return self.windows.rows_of(clips)

    def train_source(self) -> Source:
        """What training steps begin from."""
        return self._waveforms if self.from_waveform else self._features

    def answer_source(self) -> Source:
        """What answers begin from."""
        return self._features if self.kept else self._waveforms

    def feature_batches(self, front: keras.Model | None, rows: np.ndarray) -> Iterator[np.ndarray]:
        """The features of these rows, before normalisation. Raises NotANumber where they are none."""
        if not self.kept:
            yield from map(self._finite, answer_batches(front, self._waveforms, rows))
            return
        for start in range(0, len(rows), ANSWER_BATCH):
            yield self._features[rows[start : start + ANSWER_BATCH]]

    @cached_property
    def _features(self) -> Source:
        with self.watch.phase("features"):
            if isinstance(self.parts.features, HostExtractor):
                return self._of_host(self.parts.features).ready(in_memory=self._fits)
            key = heard(self.parts.features), *self._heard
            return lately("features", key, lambda: self._finite(self._of_front().ready()))

    def _finite(self, features: np.ndarray) -> np.ndarray:
        """The same. A network may answer even where they are no numbers: a rectifier hides that."""
        wrong = np.count_nonzero(~np.isfinite(features).all(axis=tuple(range(1, features.ndim))))
        if wrong:
            raise NotANumber(
                f"features '{self.config['features']['name']}' are NaN or infinite in {wrong} of"
                f" {many(len(features), 'example')}"
            )
        return features

    def _of_host(self, extractor: HostExtractor) -> HostFeatures:
        waveforms, _, length = self._heard
        return HostFeatures(extractor, self.config["features"]["name"], self.windows, waveforms, length)

    def _of_front(self) -> FrontFeatures:
        waveforms, clips, length = self._heard
        sounds, shape = [waveforms[clip] for clip in clips], (len(self.windows), *self.shape)
        front, name = self.parts.features, self.config["features"]["name"]
        return FrontFeatures(front, name, sounds, length, shape, self._extracted)

    def _extracted(self) -> np.ndarray:
        with backend.on_host():
            front = build_front(self.parts, self.config, self.material.length, self.shape)
            return answers(for_bulk(front, self.windows), self.windows, np.arange(len(self.windows)))

    @cached_property
    def _waveforms(self) -> Source:
        if self.windows.size_bytes() > MEMORY_BYTES:
            return self.windows
        with self.watch.phase("load"):
            return lately("waveforms", self._heard, lambda: self.windows[np.arange(len(self.windows))])


@lru_cache(maxsize=1)
def _windows(waveforms: tuple[str, ...], clips: tuple[int, ...], length: Length) -> Windows:
    """Those of all trials of a sweep, whose clips are counted once."""
    return Windows(waveforms, clips, length)
