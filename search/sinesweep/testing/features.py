"""What every front end promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING
from unittest import SkipTest

import numpy as np

from sinesweep.contract import FeatureExtractor, FrontEnd, HostExtractor, Shape
from sinesweep.errors import Infeasible
from sinesweep.testing.expect import expect_array, expect_same, refused, trying
from sinesweep.testing.kerasparts import KerasSuite, array, expect_gradients, exported, reloaded, seed, steps
from sinesweep.testing.points import options, points, random_points
from sinesweep.testing.sounds import KINDS_OF_SOUND, RATES_HZ, Array, clips, noise

if TYPE_CHECKING:
    import keras

SOUNDS = ((16000, 16000), (8000, 4000), (22050, 22050), (44100, 44100))
"""Rates and samples on which settings are tried."""

LENGTHS = (1, 2, 100, 399, 400, 401, 1119, 1120, 1121, 4096)
"""Numbers of samples at which frames begin and end."""


class FeaturesSuite(KerasSuite):
    """The suite of `FeatureExtractor` and `HostExtractor`; its hole is a fixture `plugin` that returns one."""

    kind = "features"

    def test_every_edge_and_random_point_is_refused_by_check_or_works(self, plugin: FrontEnd) -> None:
        """Each gives what `shape` says, finite for silence, an impulse and full-scale noise."""
        sounds = list(_sounds(plugin))
        for number, point in enumerate(points(plugin)):
            rate_hz, samples = sounds[number % min(2, len(sounds))]
            expect_refused_or_works(point, rate_hz, samples)

    def test_some_of_what_is_searched_is_allowed(self, plugin: FrontEnd) -> None:
        """A space that `check` refuses as a whole is none."""
        sound = next(_sounds(plugin))
        tried = list(random_points(plugin, 100))[::2]
        assert any(not refused(point.check, *sound) for point in tried), f"check() refuses all of 50 points at {sound}"

    def test_every_length_is_refused_by_check_or_works(self, plugin: FrontEnd) -> None:
        """Shapes are exact where a frame begins or ends, and for the shortest clip that `check` lets through."""
        rate_hz, samples = next(_sounds(plugin))
        for length in sorted({*LENGTHS, shortest(plugin, rate_hz, samples)}):
            expect_refused_or_works(plugin, rate_hz, length)

    def test_the_shape_is_known_at_every_usual_rate(self, plugin: FrontEnd) -> None:
        """`sinesweep check` asks for it, before any clip is heard."""
        for rate_hz in RATES_HZ:
            with trying(plugin, f"1 s at {rate_hz} Hz"):
                if not refused(plugin.check, rate_hz, rate_hz):
                    shape = told_shape(plugin, rate_hz, rate_hz)
                    assert all(isinstance(side, int) and side > 0 for side in shape), f"shape() says {shape}"

    def test_bins_that_have_frequencies_have_one_each(self, plugin: FrontEnd) -> None:
        """They rise from bin to bin, up to half the rate."""
        rate_hz, samples = next(_sounds(plugin))
        with trying(plugin, f"{samples} samples at {rate_hz} Hz"):
            bins_hz = plugin.bins_hz(rate_hz)
            if bins_hz is None:
                return
            bins = told_shape(plugin, rate_hz, samples)[1]
            assert len(bins_hz) == bins, f"bins_hz() gives {len(bins_hz)} frequencies of {bins} bins"
            assert all(low < high for low, high in pairwise(bins_hz)), "the frequencies of bins_hz() do not rise"
            assert bins_hz[-1] <= rate_hz / 2, f"bins_hz() goes up to {bins_hz[-1]:g} Hz, over half the rate"

    def test_a_clip_has_the_same_features_alone_and_beside_a_loud_one(self, plugin: FrontEnd) -> None:
        """Nothing of a batch reaches its neighbours."""
        rate_hz, samples = next(_sounds(plugin))
        extract = extractor(plugin, rate_hz)
        quiet, loud = 1e-5 * noise(samples, seed=1), noise(samples, seed=2)
        alone, together = extract(quiet[None])[0], extract(np.stack([loud, quiet]))[1]
        expect_same("a quiet clip, alone and beside a loud one", alone, together, rtol=1e-4, atol=1e-5)

    def test_the_same_sound_gives_the_same_features(self, plugin: FrontEnd) -> None:
        """Asked twice, and made anew with the same seed."""
        rate_hz, samples = next(_sounds(plugin))
        extract, waves = extractor(plugin, rate_hz), clips(samples)
        first = extract(waves)
        expect_same("the same clip twice", first, extract(waves))
        seed(0)
        expect_same("two extractors of one seed", first, extractor(plugin, rate_hz)(waves))

    def test_the_sound_itself_is_not_changed(self, plugin: FrontEnd) -> None:
        """Clips are shared by all who work with them."""
        rate_hz, samples = next(_sounds(plugin))
        waves = clips(samples)
        kept = waves.copy()
        extractor(plugin, rate_hz)(waves)
        expect_same("the clips before and after", kept, waves)

    def test_gradients_reach_every_trainable_weight(self, plugin: FrontEnd) -> None:
        """A weight without one would never be learnt. Each setting that is no number is tried at every option."""
        rate_hz, samples = next(_sounds(plugin))
        learning, waves = 0, noise(4, samples)
        for point in (plugin, *options(plugin)):
            with trying(point, f"{samples} samples at {rate_hz} Hz"):
                if refused(point.check, rate_hz, samples):
                    continue
                model = _in_a_model(point, rate_hz, samples)
                if model.trainable_weights:
                    learning += 1
                    expect_gradients(steps(model, waves, np.ones_like(array(model(waves)))))
        if not learning:
            raise SkipTest("it has no weights that are trained")

    def test_a_saved_model_gives_the_same_features(self, plugin: FrontEnd) -> None:
        """Traced, written to a `.keras` file, and read in safe mode."""
        rate_hz, samples = next(_sounds(plugin))
        model, waves = _in_a_model(plugin, rate_hz, samples), clips(samples)
        traced = model.predict_on_batch(waves)
        expect_same("the model after the file", traced, array(reloaded(model)(waves)), rtol=1e-4, atol=1e-4)

    def test_an_exported_model_gives_the_same_features(self, plugin: FrontEnd) -> None:
        """Where the plugin says that it `exports`: as a SavedModel, which is read without Keras."""
        if not plugin.exports:
            raise SkipTest("it says that it does not export")
        rate_hz, samples = next(_sounds(plugin))
        model, waves = _in_a_model(plugin, rate_hz, samples), clips(samples)
        traced = model.predict_on_batch(waves)
        expect_same("the model after the export", traced, exported(model, waves), rtol=1e-4, atol=1e-4)


def expect_refused_or_works(plugin: FrontEnd, rate_hz: int, samples: int) -> None:
    """`check` raises Infeasible, or the features are as promised."""
    with trying(plugin, f"{samples} samples at {rate_hz} Hz"):
        if not refused(plugin.check, rate_hz, samples):
            shape = told_shape(plugin, rate_hz, samples)
            expect_array("features", extractor(plugin, rate_hz)(clips(samples)), (3, *shape), KINDS_OF_SOUND)


def told_shape(plugin: FrontEnd, rate_hz: int, samples: int) -> Shape:
    """What the front end says that it gives for a clip, which has to be the shape of features."""
    shape = tuple(plugin.shape(rate_hz, samples))
    assert len(shape) in (2, 3), f"shape() says {shape}, expected (frames, bins) or (frames, bins, channels)"
    return shape


def extractor(plugin: FrontEnd, rate_hz: int) -> Callable[[Array], Array]:
    """From waveforms `(batch, samples)` to features `(batch, *shape)`, whatever the form of the front end."""
    if isinstance(plugin, HostExtractor):
        return lambda waves: np.stack([plugin.extract(wave, rate_hz) for wave in waves])
    assert isinstance(plugin, FeatureExtractor)
    layer = plugin.layer(rate_hz)
    return lambda waves: array(layer(waves))


def shortest(plugin: FrontEnd, rate_hz: int, samples: int) -> int:
    """The smallest number of samples that `check` lets through, found by halving; it does so with `samples`."""
    low, high = 0, samples
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if refused(plugin.check, rate_hz, middle) else (low, middle)
    return high


def _sounds(plugin: FrontEnd) -> Iterator[tuple[int, int]]:
    """Those of `SOUNDS` that the plugin's own settings allow, at least one."""
    reasons = []
    for sound in SOUNDS:
        try:
            plugin.check(*sound)
        except Infeasible as reason:
            reasons.append(str(reason))
            continue
        yield sound
    assert len(reasons) < len(SOUNDS), f"check() refuses these settings everywhere: {'; '.join(reasons)}"


def _in_a_model(plugin: FrontEnd, rate_hz: int, samples: int) -> keras.Model:
    """The front end as a model of waveforms."""
    if not isinstance(plugin, FeatureExtractor):
        raise SkipTest("it is computed on the host and is no part of a model")
    import keras

    wave = keras.Input((samples,), dtype="float32")
    return keras.Model(wave, plugin.layer(rate_hz)(wave))
