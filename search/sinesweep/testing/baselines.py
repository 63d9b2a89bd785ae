"""What every baseline promises."""

from __future__ import annotations

from unittest import SkipTest

import numpy as np

from sinesweep.contract import Baseline
from sinesweep.dataset import Task
from sinesweep.testing.expect import expect_array, expect_same, trying
from sinesweep.testing.points import points, random_points
from sinesweep.testing.sounds import KINDS_OF_SOUND, RATES_HZ, Array, clips, noise
from sinesweep.testing.suite import PluginSuite

SECONDS = (0.01, 0.3, 1.0)
VALUES = 6
THREE_GROUPS = np.arange(24) % 3


class BaselineSuite(PluginSuite):
    """The suite of `Baseline`; its hole is a fixture `plugin` that returns one."""

    kind = "baselines"
    searched = False

    def test_clips_of_every_length_and_rate_are_described_alike(self, plugin: Baseline) -> None:
        """As many numbers for a hundredth of a second as for a second, finite for silence, an impulse and noise."""
        sizes = set()
        for rate_hz in RATES_HZ:
            for seconds in SECONDS:
                with trying(plugin, f"{seconds:g} s at {rate_hz} Hz"):
                    vectors = _described(plugin, clips(round(seconds * rate_hz)), rate_hz)
                    expect_array("descriptions", vectors, (3, vectors.shape[-1]), KINDS_OF_SOUND)
                    sizes.add(vectors.shape[-1])
        assert len(sizes) == 1, f"describe() gives {' or '.join(map(str, sorted(sizes)))} numbers, by length and rate"

    def test_the_same_sound_is_described_alike_and_not_changed(self, plugin: Baseline) -> None:
        """Descriptions are kept on disk; clips are shared by all who work with them."""
        waves = clips(8000)
        kept = waves.copy()
        first, second = (_described(plugin, waves, 8000) for _ in range(2))
        expect_same("two descriptions of one clip", first, second)
        expect_same("the clips before and after", kept, waves)

    def test_every_edge_and_random_point_makes_an_estimator(self, plugin: Baseline) -> None:
        """The plugin itself and a few random points learn, too; a forest of a thousand trees takes its time."""
        for point in points(plugin):
            with trying(point):
                estimator = point.estimator(0)
                assert hasattr(estimator, "fit"), f"estimator() gives {estimator!r}, which has no fit"
        for point in (plugin, *random_points(plugin, 2)):
            with trying(point):
                for task in _learnt(plugin):
                    answered(point, task, THREE_GROUPS)

    def test_probabilities_are_those_of_the_classes_that_were_seen(self, plugin: Baseline) -> None:
        """Of two classes, and of four, one of which has a single clip."""
        if Task.CLASSIFICATION not in plugin.tasks:
            raise SkipTest("it does not tell classes apart")
        for labels in (THREE_GROUPS % 2, np.append(THREE_GROUPS, 3)):
            with trying(plugin, f"{np.bincount(labels)} clips of {len(set(labels))} classes"):
                answered(plugin, Task.CLASSIFICATION, labels)

    def test_the_same_seed_gives_the_same_answers(self, plugin: Baseline) -> None:
        """Trial 0 of a sweep is the same tomorrow."""
        for task in _learnt(plugin):
            first, second = (answered(plugin, task, THREE_GROUPS) for _ in range(2))
            expect_same(f"two fits of one seed in {task}", first, second)


def answered(plugin: Baseline, task: Task, labels: Array) -> Array:
    """What an estimator says of rows that it has learnt: probabilities `(rows, classes)` or values `(rows,)`."""
    rows = 4 * np.eye(VALUES, dtype=np.float32)[labels] + noise(len(labels), VALUES)
    estimator = plugin.estimator(0)
    if task is Task.REGRESSION:
        given = np.asarray(estimator.fit(rows, rows.sum(axis=1)).predict(rows))
        assert given.shape == labels.shape, f"predict() gives the shape {given.shape}, expected {labels.shape}"
        assert np.isfinite(given).all(), "predict() gives numbers that are not finite"
        return given
    classes = sorted(set(labels))
    given = np.asarray(estimator.fit(rows, labels).predict_proba(rows))
    shape = len(labels), len(classes)
    assert given.shape == shape, f"predict_proba() gives the shape {given.shape}, expected {shape}"
    assert list(estimator.classes_) == classes, f"classes_ is {list(estimator.classes_)}, expected {classes}"
    assert (np.isfinite(given) & (given >= 0)).all(), "predict_proba() gives numbers that are no probabilities"
    assert np.allclose(given.sum(axis=1), 1, atol=1e-4), "the probabilities of a clip do not sum to 1"
    return given


def _learnt(plugin: Baseline) -> list[Task]:
    """The tasks that are learnt as a whole; labels are learnt one by one, as classes."""
    return sorted(plugin.tasks & {Task.CLASSIFICATION, Task.REGRESSION})


def _described(plugin: Baseline, waves: Array, rate_hz: int) -> Array:
    return np.stack([np.asarray(plugin.describe(wave, rate_hz), np.float32) for wave in waves])
