"""What every loss promises."""

from __future__ import annotations

from typing import Any

import numpy as np

from sinesweep.contract import Loss
from sinesweep.dataset import Task
from sinesweep.testing.expect import expect_same, refused, trying
from sinesweep.testing.kerasparts import LEARNING_RATE, KerasSuite, array, steps
from sinesweep.testing.points import points
from sinesweep.testing.sounds import Array, noise

CLIPS = 6
DIRECTIONS = 3

STEP = 0.01
"""How far the logits are moved to see the slope of a loss."""


class LossSuite(KerasSuite):
    """The suite of `Loss`; its hole is a fixture `plugin` that returns one."""

    kind = "losses"

    def test_it_says_which_tasks_it_serves(self, plugin: Loss) -> None:
        """At least one."""
        assert plugin.tasks, "tasks is empty"
        strange = [task for task in plugin.tasks if not isinstance(task, Task)]
        assert not strange, f"tasks holds {strange}; expected members of sinesweep.Task"

    def test_every_edge_and_random_point_is_refused_by_check_or_is_finite(self, plugin: Loss) -> None:
        """For every task, for whole and mixed targets, and where the network is sure, right or wrong."""
        for point in points(plugin):
            for task, outputs in _served(plugin):
                with trying(point, task):
                    if not refused(point.check, task, outputs):
                        expect_finite_everywhere(point.build(task), task, outputs)

    def test_gradients_are_finite_and_reach_the_logits(self, plugin: Loss) -> None:
        """Also where the network is sure, right or wrong."""
        for task, outputs in _served(plugin):
            for scale in (1.0, 100.0):
                with trying(plugin, task, f"logits up to {scale:g}"):
                    moves = downhill(plugin.build(task), examples(task, outputs), scale * noise(CLIPS, outputs))
                    assert np.isfinite(moves).all(), "the gradients are not finite"
                    assert scale > 1 or moves.any(), "no gradient reaches the logits"

    def test_it_is_smaller_a_step_downhill(self, plugin: Loss) -> None:
        """Its gradient is its own."""
        for task, outputs in _served(plugin):
            with trying(plugin, task):
                loss, targets, logits = plugin.build(task), examples(task, outputs), noise(CLIPS, outputs)
                step = downhill(loss, targets, logits)
                nearer = logits + 0.01 * step / np.abs(step).max()
                before, after = value(loss, targets, logits), value(loss, targets, nearer)
                assert after < before, f"it is {before:g}, and {after:g} a step downhill"

    def test_its_gradient_is_its_slope(self, plugin: Loss) -> None:
        """Along a few random directions, for whole and mixed targets."""
        for task, outputs in _served(plugin):
            with trying(plugin, task):
                loss, logits = plugin.build(task), noise(CLIPS, outputs)
                for targets in (examples(task, outputs), mixed_examples(task, outputs)):
                    gradient = -downhill(loss, targets, logits) / LEARNING_RATE
                    for number in range(DIRECTIONS):
                        expect_slope(loss, targets, logits, gradient, noise(CLIPS, outputs, seed=10 + number))

    def test_clips_can_be_weighed(self, plugin: Loss) -> None:
        """`fit.class_weights` weighs them: all by 2 makes it twice as much, all by 0 nothing."""
        for task, outputs in _served(plugin):
            with trying(plugin, task):
                loss, targets, logits = plugin.build(task), examples(task, outputs), noise(CLIPS, outputs)
                plain = value(loss, targets, logits)
                for weight in (0.0, 2.0):
                    weighed = value(loss, targets, logits, sample_weight=np.full(CLIPS, weight, np.float32))
                    assert np.isclose(weighed, weight * plain, rtol=1e-4, atol=1e-6), (
                        f"it is {plain:g}, and {weighed:g} where every clip counts {weight:g} times"
                    )

    def test_each_clip_is_weighed_by_itself(self, plugin: Loss) -> None:
        """Some by 2 and the others by 0.5; what a clip says that counts nothing changes nothing."""
        for task, outputs in _served(plugin):
            with trying(plugin, task):
                loss, targets, logits = plugin.build(task), examples(task, outputs), noise(CLIPS, outputs)
                some = (np.arange(CLIPS) % 2).astype(np.float32)
                odd, even = (value(loss, targets, logits, sample_weight=each) for each in (some, 1 - some))
                both = value(loss, targets, logits, sample_weight=2 * some + 0.5 * (1 - some))
                assert np.isclose(both, 2 * odd + 0.5 * even, rtol=1e-4, atol=1e-6), (
                    f"it is {odd:g} of some clips, {even:g} of others, {both:g} where they count 2 and 0.5 times"
                )
                others = np.where(some[:, None] > 0, logits, -3 * logits)
                changed = value(loss, targets, others, sample_weight=some)
                assert np.isclose(changed, odd, rtol=1e-4, atol=1e-6), (
                    f"it is {odd:g}, and {changed:g} where the logits of clips change that count 0 times; give a number"
                    " a clip, and Keras weighs and averages them"
                )

    def test_class_weights_are_none_or_one_for_each_class(self, plugin: Loss) -> None:
        """Finite, none below 0, whatever the counts; a class may have no clip in a fold."""
        for counts in ([5, 5, 5], [100, 1, 10], [3, 0, 7]):
            weights = plugin.class_weights(np.array(counts))
            with trying(plugin, f"{counts} clips of three classes"):
                if weights is not None:
                    assert np.shape(weights) == (3,), f"class_weights has the shape {np.shape(weights)}, expected (3,)"
                    assert (np.isfinite(weights) & (np.asarray(weights) >= 0)).all(), f"class_weights gives {weights}"

    def test_the_same_answer_gives_the_same_number_and_is_not_changed(self, plugin: Loss) -> None:
        """Asked twice, of two losses of the same settings."""
        for task, outputs in _served(plugin):
            with trying(plugin, task):
                targets, logits = examples(task, outputs), noise(CLIPS, outputs)
                kept = targets.copy(), logits.copy()
                first, second = (value(plugin.build(task), targets, logits) for _ in range(2))
                assert first == second, f"two losses of the same settings say {first} and {second}"
                expect_same("the targets before and after", kept[0], targets)
                expect_same("the logits before and after", kept[1], logits)


def examples(task: Task, outputs: int) -> Array:
    """Targets of six clips, float32 `(6, outputs)`: one-hot, a 1 or 0 for each label, or numbers."""
    if task is Task.REGRESSION:
        return noise(CLIPS, outputs, seed=3)
    if task is Task.MULTI_LABEL:
        return (noise(CLIPS, outputs, seed=3) > 0).astype(np.float32)
    return np.eye(outputs, dtype=np.float32)[np.arange(CLIPS) % outputs]


def mixed_examples(task: Task, outputs: int) -> Array:
    """The same, every clip mixed with its neighbour, as mixing augmentations do."""
    targets = examples(task, outputs)
    return np.float32(0.75) * targets + np.float32(0.25) * np.roll(targets, 1, axis=0)


def value(loss: Any, targets: Array, logits: Array, **options: Any) -> float:
    """The loss as a number."""
    number = array(loss(targets, logits, **options))
    assert number.shape == (), f"it gives an array of shape {number.shape}, expected one number"
    return float(number)


def expect_finite_everywhere(loss: Any, task: Task, outputs: int) -> None:
    """A number for whole and mixed targets, and for faint, usual and extreme logits."""
    for targets in (examples(task, outputs), mixed_examples(task, outputs)):
        for scale in (0.0, 1.0, 100.0):
            number = value(loss, targets, scale * noise(CLIPS, outputs))
            assert np.isfinite(number), f"it is {number} of logits up to {scale:g}"


def expect_slope(loss: Any, targets: Array, logits: Array, gradient: Array, direction: Array) -> None:
    """The gradient says how the loss changes along a direction.

    It may be wrong by what float32 rounds away, and where a kink lies on the way, by what this bends.
    """
    behind, here, ahead = (value(loss, targets, logits + step * direction) for step in (-STEP, 0.0, STEP))
    slope, said = (ahead - behind) / (2 * STEP), float((gradient * direction).sum())
    bend = abs(ahead - 2 * here + behind) / (2 * STEP)
    rounding = 8 * float(np.finfo(np.float32).eps) * max(abs(behind), abs(ahead)) / STEP
    allowed = bend + rounding + 0.01 * float(np.linalg.norm(gradient) * np.linalg.norm(direction))
    assert abs(slope - said) <= allowed, (
        f"its slope along a random direction is {slope:.3g}, and its gradient says {said:.3g}; look for a stop_gradient"
    )


def downhill(loss: Any, targets: Array, logits: Array) -> Array:
    """Against the gradient at these logits, `(clips, outputs)`; long, as `kerasparts.steps` makes it."""
    import keras

    # A dense layer on one-hot rows gives its kernel: here the logits are the weights.
    model = keras.Sequential([keras.Input((len(logits),)), keras.layers.Dense(logits.shape[1], use_bias=False)])
    model.set_weights([logits])
    (moved,) = steps(model, np.eye(len(logits), dtype=np.float32), targets, loss).values()
    return moved


def _served(plugin: Loss) -> list[tuple[Task, int]]:
    """The tasks of a loss, each with a number of outputs that `check` lets through."""
    served = []
    for task in sorted(plugin.tasks):
        allowed = [outputs for outputs in (3, 2, 1) if not refused(plugin.check, task, outputs)]
        assert allowed, f"check() refuses 1, 2 and 3 outputs in {task}"
        served.append((task, allowed[0]))
    return served
