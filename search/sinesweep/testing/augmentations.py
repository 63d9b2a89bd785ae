"""What every augmentation promises."""

from __future__ import annotations

from typing import Any
from unittest import SkipTest

import numpy as np

from sinesweep.contract import Augmentation, Augmenter
from sinesweep.settings import settings
from sinesweep.testing.batches import (
    BATCHES,
    CLIPS,
    RATE_HZ,
    Examples,
    after_one_another,
    augmenter,
    call,
    examples,
    predicted,
)
from sinesweep.testing.expect import expect_array, expect_different, expect_labels, expect_same, refused, trying
from sinesweep.testing.kerasparts import KerasSuite, in_graph
from sinesweep.testing.points import changed, ends, named, points
from sinesweep.testing.sounds import Array

CHANCE = "draw anew in every call: by keras.random from the layer's SeedGenerator, or from the rng that is given"
"""The way out where chance does not go on from batch to batch."""


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
        """Neither when Keras says so nor when nobody says anything; in a graph neither."""
        if not isinstance(plugin, Augmentation):
            raise SkipTest("it is computed on the host, in training only")
        layer, given = plugin.layer(RATE_HZ, 1), examples(plugin.stage)
        for options in ({}, {"training": False}):
            expect_unchanged(f"what was called with {options or 'no options'}", given, call(layer, given, **options))
        graph = in_graph(plugin.layer(RATE_HZ, 1), training=False)
        expect_unchanged("what went through a graph with training=False", given, predicted(graph, given))

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
        given = examples(plugin.stage)
        first, same, other = (after_one_another(augmenter(plugin, seed), given) for seed in (1, 1, 2))
        expect_same("two layers of one seed", np.concatenate(first), np.concatenate(same))
        if not _is_random(plugin):
            raise SkipTest("it has no chance: two seeds give the same, and its layer keeps no SeedGenerator")
        expect_different("two seeds", np.concatenate(first), np.concatenate(other))
        expect_different("two batches after one another", *first, CHANCE)

    def test_every_clip_has_a_draw_of_its_own(self, plugin: Augmenter) -> None:
        """Sixteen copies of one clip come out in more than one way, in four batches at the latest."""
        if plugin.stage.changes_targets or not _is_random(plugin):
            raise SkipTest("it mixes clips, or has no chance")
        change, given = augmenter(plugin, seed=1), examples(plugin.stage)
        same = (np.repeat(_swelling(given[0][-1:]), CLIPS, axis=0),)
        ways = [len({clip.tobytes() for clip in change(same)[0]}) for _ in range(BATCHES)]
        assert max(ways) > 1, "sixteen copies of a clip always come out alike; draw for every clip of a batch"

    def test_a_clip_is_changed_alike_whatever_lies_beside_it(self, plugin: Augmenter) -> None:
        """Where targets stay as they are, nothing of one clip may come into another."""
        if plugin.stage.changes_targets or not isinstance(plugin, Augmentation):
            raise SkipTest("it changes targets too, or is given one clip at a time")
        (given,) = examples(plugin.stage)
        half = CLIPS // 2
        others = np.concatenate([3 * given[half:], given[half:]])
        first, second = (augmenter(plugin, seed=1)((batch,))[0][half:] for batch in (given, others))
        what = f"a clip beside two sets of others (at stage '{plugin.stage}' none is mixed with another; see 'batch')"
        expect_same(what, first, second, 1e-4, 1e-5)

    def test_what_comes_in_is_not_changed(self, plugin: Augmenter) -> None:
        """Clips are shared by all who work with them."""
        given = examples(plugin.stage)
        kept = tuple(part.copy() for part in given)
        augmenter(plugin, seed=1)(given)
        expect_unchanged("the clips before and after", kept, given)

    def test_it_works_in_a_traced_graph_for_batches_of_any_size(self, plugin: Augmenter) -> None:
        """As in training, where the graph is made once and the number of clips is unknown in it."""
        if not isinstance(plugin, Augmentation):
            raise SkipTest("it is computed on the host and is no part of the graph")
        model, given = in_graph(plugin.layer(RATE_HZ, 1), training=True), examples(plugin.stage)
        for size in (5, CLIPS):
            batch = tuple(part[:size] for part in given)
            expect_kept_shapes(batch, predicted(model, batch))
        if _is_random(plugin):
            first, second = after_one_another(lambda batch: predicted(model, batch), given)
            expect_different("two batches after one another in one graph", first, second, CHANCE)

    def test_adjustable_settings_are_read_from_weights(self, plugin: Augmenter) -> None:
        """A graph of other such settings does the same, once it has the weights: so one graph serves many trials."""
        if not (isinstance(plugin, Augmentation) and plugin.adjustable):
            raise SkipTest("it says of no setting that it is adjustable")
        unknown = plugin.adjustable - set(settings(type(plugin)))
        assert not unknown, f"`adjustable` names {', '.join(sorted(unknown))}: there are no such settings"
        other, given = _elsewhere(plugin), examples(plugin.stage)
        with trying(other, f"with the weights of {named(plugin)}"):
            layers = [each.layer(RATE_HZ, 1) for each in (plugin, other)]
            models = [in_graph(layer, training=True) for layer in layers]
            for model in models:
                predicted(model, given)
            _give_weights(*layers)
            for expected, got in zip(*(predicted(model, given) for model in models), strict=True):
                expect_same("its graph holds what `adjustable` says is in weights", expected, got)


def expect_kept_shapes(given: Examples, changed: Examples) -> None:
    """Float32 and finite, each part of the shape that came in."""
    assert len(changed) == len(given), f"it gives {len(changed)} parts, expected {len(given)}"
    for name, before, after in zip(("clips", "targets"), given, changed, strict=False):
        expect_array(name, after, before.shape)


def expect_unchanged(what: str, given: Examples, after: Examples) -> None:
    """Each part, number for number."""
    for part, same in zip(given, after, strict=True):
        expect_same(what, part, same)


def _swelling(clip: Array) -> Array:
    """A clip that comes out of silence and goes back to it, so that it matters what counts as silence."""
    return clip * np.hanning(clip.shape[1]).reshape(1, -1, *[1] * (clip.ndim - 2)).astype(np.float32)


def _is_random(plugin: Augmenter) -> bool:
    """Whether it promises chance: its layer keeps a `SeedGenerator`, which Keras lists, or follows from the seed."""
    if not isinstance(plugin, Augmentation):
        return True
    if any("seed" in variable.path for variable in plugin.layer(RATE_HZ, 1).non_trainable_variables):
        return True
    given = examples(plugin.stage)
    first, other = (np.concatenate(after_one_another(augmenter(plugin, seed), given)) for seed in (1, 2))
    return not np.array_equal(first, other)


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
