"""What every augmentation promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from unittest import SkipTest

import numpy as np

from sinesweep.contract import Augmentation, Augmenter, HostAugmentation, Stage
from sinesweep.testing.expect import expect_array, expect_different, expect_labels, expect_same, refused, trying
from sinesweep.testing.kerasparts import KerasSuite, array
from sinesweep.testing.points import points
from sinesweep.testing.sounds import Array, clips, noise

RATE_HZ = 8000
CLIPS, OUTPUTS = 16, 4
BATCHES = 4

Examples: TypeAlias = tuple[Array, ...]
"""What a layer is given: the clips, and their targets where its stage changes those too."""


class AugmentationSuite(KerasSuite):
    """The suite of `Augmentation` and `HostAugmentation`; its hole is a fixture `plugin` that returns one."""

    kind = "augmentations"

    def test_it_says_for_which_labels_it_is_unsafe(self, plugin: Augmenter) -> None:
        """In words of `LABELS`; an empty set says that it makes none wrong."""
        stated = next(base for base in type(plugin).__mro__ if "unsafe_for" in vars(base))
        assert stated is not Augmenter, "it does not say unsafe_for; say frozenset() where it makes no labels wrong"
        expect_labels(plugin.unsafe_for)

    def test_every_edge_and_random_point_is_refused_by_check_or_works(self, plugin: Augmenter) -> None:
        """Each keeps the shape and gives finite numbers, for silence, an impulse and full-scale noise too."""
        given = examples(plugin.stage)
        for point in points(plugin):
            with trying(point):
                if not refused(point.check):
                    expect_kept_shapes(given, augmenter(point, seed=1)(given))

    def test_nothing_is_changed_outside_training(self, plugin: Augmenter) -> None:
        """Neither when Keras says so nor when nobody says anything."""
        if not isinstance(plugin, Augmentation):
            raise SkipTest("it is computed on the host, in training only")
        layer, given = plugin.layer(RATE_HZ, 1), examples(plugin.stage)
        for options in ({}, {"training": False}):
            for before, after in zip(given, _call(layer, given, **options), strict=True):
                expect_same(f"what was called with {options or 'no options'}", before, after)

    def test_features_with_channels_keep_their_shape(self, plugin: Augmenter) -> None:
        """A front end may give `(frames, bins, channels)`."""
        if plugin.stage.changes_waveforms:
            raise SkipTest("it changes waveforms")
        features, *targets = examples(plugin.stage)
        given = (np.stack([features, -features, 2 * features], axis=-1), *targets)
        expect_kept_shapes(given, augmenter(plugin, seed=1)(given))

    def test_something_is_changed_in_training(self, plugin: Augmenter) -> None:
        """In four batches of sixteen clips at the latest."""
        change, given = augmenter(plugin, seed=1), examples(plugin.stage)
        batches = [change(given)[0] for _ in range(BATCHES)]
        assert any(not np.array_equal(batch, given[0]) for batch in batches), "whole batches come out as they went in"

    def test_the_seed_decides(self, plugin: Augmenter) -> None:
        """The same seed gives the same batches; another seed, and the next batch, give others where there is chance."""
        first, same, other = (self._batches(plugin, seed) for seed in (1, 1, 2))
        expect_same("two layers of one seed", first, same)
        if not _is_random(plugin):
            raise SkipTest("it has no chance: its layer keeps no SeedGenerator")
        expect_different("two seeds", first, other)
        expect_different("two batches after one another", first[: len(first) // 2], first[len(first) // 2 :])

    def test_every_clip_has_a_draw_of_its_own(self, plugin: Augmenter) -> None:
        """Sixteen copies of one clip come out in more than one way, in four batches at the latest."""
        if plugin.stage.changes_targets or not _is_random(plugin):
            raise SkipTest("it mixes clips, or has no chance")
        change, given = augmenter(plugin, seed=1), examples(plugin.stage)
        same = (np.repeat(_swelling(given[0][-1:]), CLIPS, axis=0),)
        ways = [len({clip.tobytes() for clip in change(same)[0]}) for _ in range(BATCHES)]
        assert max(ways) > 1, "sixteen copies of a clip always come out alike; draw for every clip of a batch"

    def test_what_comes_in_is_not_changed(self, plugin: Augmenter) -> None:
        """Clips are shared by all who work with them."""
        given = examples(plugin.stage)
        kept = [part.copy() for part in given]
        augmenter(plugin, seed=1)(given)
        for before, after in zip(kept, given, strict=True):
            expect_same("the clips before and after", before, after)

    def test_it_works_in_a_traced_graph_for_batches_of_any_size(self, plugin: Augmenter) -> None:
        """As in training, where the graph is made once and the number of clips is unknown in it."""
        if not isinstance(plugin, Augmentation):
            raise SkipTest("it is computed on the host and is no part of the graph")
        import keras

        layer, given = plugin.layer(RATE_HZ, 1), examples(plugin.stage)
        entries = [keras.Input(part.shape[1:], dtype="float32") for part in given]
        model = keras.Model(entries, layer(_together(entries), training=True))
        for size in (CLIPS, 5):
            batch = [part[:size] for part in given]
            expect_kept_shapes(tuple(batch), _parts(model.predict_on_batch(batch)))

    def _batches(self, plugin: Augmenter, seed: int) -> Array:
        """The clips of some batches, one behind the other."""
        change, given = augmenter(plugin, seed), examples(plugin.stage)
        return np.concatenate([change(given)[0] for _ in range(BATCHES)])


def examples(stage: Stage) -> Examples:
    """Sixteen clips as a layer of this stage gets them, silence and an impulse among them."""
    features = noise(CLIPS, 50, 20, seed=1)
    waves = np.concatenate([clips(4000), 0.5 * noise(CLIPS - 3, 4000, seed=1)])
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
    return lambda given: _call(layer, given, training=True)


def expect_kept_shapes(given: Examples, changed: Examples) -> None:
    """Float32 and finite, each part of the shape that came in."""
    assert len(changed) == len(given), f"it gives {len(changed)} parts, expected {len(given)}"
    for name, before, after in zip(("clips", "targets"), given, changed, strict=False):
        expect_array(name, after, before.shape)


def _swelling(clip: Array) -> Array:
    """A clip that comes out of silence and goes back to it, so that it matters what counts as silence."""
    return clip * np.hanning(clip.shape[1]).reshape(1, -1, *[1] * (clip.ndim - 2)).astype(np.float32)


def _is_random(plugin: Augmenter) -> bool:
    """Whether it promises chance: a layer by keeping a `SeedGenerator`, which Keras lists among its variables."""
    if not isinstance(plugin, Augmentation):
        return True
    return any("seed" in v.path for v in plugin.layer(RATE_HZ, 1).non_trainable_variables)


def _call(layer: Any, given: Examples, **options: Any) -> Examples:
    return _parts(layer(_together(given), **options))


def _together(given: Any) -> Any:
    return tuple(given) if len(given) > 1 else given[0]


def _parts(answer: Any) -> Examples:
    return tuple(array(part) for part in answer) if isinstance(answer, tuple | list) else (array(answer),)
