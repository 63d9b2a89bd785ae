"""Sight: sounds as the network of one trial sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sinesweep.blame import blaming
from sinesweep.configuration import Parts
from sinesweep.contract import FeatureExtractor, HostExtractor
from sinesweep.errors import PluginFault
from sinesweep.lengths import Length
from sinesweep.trial import Config
from sinesweep_runner import backend
from sinesweep_runner.training.extraction import extract

DEVIATIONS = 3.0
"""Normalised features mostly lie within so many deviations of their mean."""


class Sight:
    """The front end of one configuration, and its normalisation, for sounds of any length.

    Attributes:
        learns: the front end has weights that training changes; here they are as they were before.
    """

    def __init__(self, config: Config, length: Length, examples: Sequence[np.ndarray]) -> None:
        """Loads Keras.

        Args:
            config: of the trial.
            length: of which the rate counts.
            examples: float32 waveforms `(samples,)`, all of one length, on which mean and deviation of the bins are
                measured.

        Raises:
            PluginError: a plugin is unknown here.
            PluginFault: the front end does not keep its promise.
        """
        backend.load()
        from sinesweep_runner.training.normalisation import normaliser

        self._front, self._name, self._length = Parts.of(config).features, config["features"]["name"], length
        self._layer: Any = None
        if isinstance(self._front, FeatureExtractor):
            with blaming("features", self._name, "layer"):
                self._layer = self._front.layer(length.rate_hz)
        self._normaliser = normaliser(self._front, [self._features(np.stack(examples))])
        self.learns = self._layer is not None and bool(self._layer.trainable_weights)

    def __call__(self, wave: np.ndarray) -> np.ndarray:
        """A float32 waveform `(samples,)` → normalised features `(frames, bins)`, perhaps with channels behind."""
        from keras import ops

        return np.asarray(ops.convert_to_numpy(self._normaliser(self._features(wave[None]))))[0]

    def shades(self, features: np.ndarray) -> tuple[np.ndarray, str]:
        """How bright each value is to be shown, from 0 to 1, and what that means.

        What is not normalised goes from its least to its greatest value; each bin by itself where bins are no
        frequencies, for then the largest would leave the others in the dark.
        """
        if self._front.normalisation != "none":
            low, high = np.float64(-DEVIATIONS), np.float64(DEVIATIONS)
        elif self.bins_hz() is None:
            low, high = features.min(axis=0), features.max(axis=0)
        else:
            low, high = features.min(), features.max()
        shades = (features - low) / np.where(high > low, high - low, 1.0)
        told = f"values from {low:.3g}, dark, to {high:.3g}, bright" if low.ndim == 0 else "each bin in its own range"
        return shades.clip(0.0, 1.0), told

    def bins_hz(self) -> tuple[float, ...] | None:
        """The frequency of each bin; None where bins are something else."""
        with blaming("features", self._name, "bins_hz"):
            found = self._front.bins_hz(self._length.rate_hz)
        return None if found is None else tuple(float(hz) for hz in found)

    def _features(self, waves: np.ndarray) -> np.ndarray:
        """`(clips, samples)` → `(clips, *shape)`."""
        if isinstance(self._front, HostExtractor):
            length = replace(self._length, samples=waves.shape[1], policy="pad")
            return extract(self._front, self._name, waves, length)
        from keras import ops

        with blaming("features", self._name, "layer"):
            features = np.asarray(ops.convert_to_numpy(self._layer(waves)))
        if not np.isfinite(features).all():
            raise PluginFault("features", self._name, "layer", "it gives values that are NaN or infinite")
        return features
