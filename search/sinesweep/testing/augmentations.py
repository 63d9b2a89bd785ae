"""What every augmentation promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from unittest import SkipTest

import numpy as np

from sinesweep.contract import Augmentation, Augmenter, HostAugmentation, Stage
from sinesweep.settings import settings
from sinesweep.testing.expect import expect_array, expect_different, expect_labels, expect_same, refused, trying
from sinesweep.testing.kerasparts import KerasSuite, array, in_training
from sinesweep.testing.points import changed, ends, named, points
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

    def test_the_shortest_clips_keep_their_shape(self, plugin: Augmenter) -> None:
        """Waveforms of a single sample and a few, features of a single frame and a few."""
        for samples, frames, bins in ((1, 1, 1), (2, 2, 2), (63, 3, 2)):
            given = examples(plugin.stage, samples, frames, bins)
            with trying(plugin, f"clips of the shape {given[0].shape[1:]}"):
                expect_kept_shapes(given, augmenter(plugin, seed=1)(given))

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
        model, given = in_training(plugin.layer(RATE_HZ, 1)), examples(plugin.stage)
        for size in (CLIPS, 5):
            batch = tuple(part[:size] for part in given)
            expect_kept_shapes(batch, _predicted(model, batch))

    def test_adjustable_settings_are_read_from_weights(self, plugin: Augmenter) -> None:
        """A graph of other such settings does the same, once it has the weights: so one graph serves many trials."""
        if not (isinstance(plugin, Augmentation) and plugin.adjustable):
            raise SkipTest("it says of no setting that it is adjustable")
        unknown = plugin.adjustable - set(settings(type(plugin)))
        assert not unknown, f"`adjustable` names {', '.join(sorted(unknown))}: there are no such settings"
        other, given = _elsewhere(plugin), examples(plugin.stage)
        with trying(other, f"with the weights of {named(plugin)}"):
            layers = [each.layer(RATE_HZ, 1) for each in (plugin, other)]
            models = [in_training(layer) for layer in layers]
            for model in models:
                _predicted(model, given)
            _give_weights(*layers)
            for expected, got in zip(*(_predicted(model, given) for model in models), strict=True):
                expect_same("its graph holds what `adjustable` says is in weights", expected, got)

    def _batches(self, plugin: Augmenter, seed: int) -> Array:
        """The clips of some batches, one behind the other."""
        change, given = augmenter(plugin, seed), examples(plugin.stage)
        return np.concatenate([change(given)[0] for _ in range(BATCHES)])


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


def _elsewhere(plugin: Augmentation) -> Augmentation:
    """The same with each of its adjustable settings at an end of its range, one that `check` lets through."""
    for name in sorted(plugin.adjustable):
        for end in reversed(ends(settings(type(plugin))[name].domain)):
            other = changed(plugin, {name: end})
            if other != plugin and not refused(other.check):
                plugin = other
                break
    return plugin


def _give_weights(giver: Any, taker: Any) -> None:
    """All that a layer's variables hold to another layer, states of chance included."""
    shapes = [[tuple(variable.shape) for variable in layer.variables] for layer in (giver, taker)]
    assert shapes[0] == shapes[1], f"its weights have the shapes {shapes[1]}, expected {shapes[0]}"
    for given, taken in zip(giver.variables, taker.variables, strict=True):
        taken.assign(given)


def _predicted(model: Any, given: Examples) -> Examples:
    return _parts(model.predict_on_batch(_together(given)))


def _call(layer: Any, given: Examples, **options: Any) -> Examples:
    return _parts(layer(_together(given), **options))


def _together(given: Any) -> Any:
    return tuple(given) if len(given) > 1 else given[0]


def _parts(answer: Any) -> Examples:
    return tuple(array(part) for part in answer) if isinstance(answer, tuple | list) else (array(answer),)
