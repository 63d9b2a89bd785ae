"""An augmentation whose chance stands still, or that reaches over to other clips, is found by its suite."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from sinesweep import Augmentation, Choice, Stage
from sinesweep.testing.verdicts import judge

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

WAYS = ("well", "numpy", "whole seed", "constructor", "eager", "flip")


@dataclass(frozen=True)
class Softer(Augmentation):
    """Multiplies by a number, as `how` says."""

    stage = Stage.WAVEFORM
    unsafe_for = frozenset({"loudness"})
    how: Annotated[str, Choice(WAYS), "what it does wrong"] = "well"

    def layer(self, rate_hz, seed):
        import keras
        from keras import ops

        how = self.how

        class Layer(keras.Layer):
            def __init__(self):
                super().__init__()
                self.rng = np.random.default_rng(seed)
                self.gain = float(self.rng.uniform(0.2, 1.0))
                if how in ("well", "eager", "flip"):
                    self.generator = keras.random.SeedGenerator(seed)

            def call(self, waves, training=False):
                if not training and (how != "eager" or hasattr(waves, "numpy")):
                    return waves
                if how == "constructor":
                    return waves * self.gain
                if how == "numpy":
                    return waves * float(self.rng.uniform(0.2, 1.0))
                chance = seed if how == "whole seed" else self.generator
                gain = keras.random.uniform((ops.shape(waves)[0], 1), 0.2, 1.0, seed=chance)
                return waves * gain + (1 - gain) * ops.flip(waves, axis=0) if how == "flip" else waves * gain

            def compute_output_shape(self, shape):
                return shape

        return Layer()


@pytest.mark.parametrize(
    ("how", "promise", "reason"),
    [
        (
            "numpy",
            "it_works_in_a_traced_graph_for_batches_of_any_size",
            "two batches after one another in one graph: the numbers are the same; draw anew in every call",
        ),
        ("numpy", "every_clip_has_a_draw_of_its_own", "sixteen copies of a clip always come out alike"),
        ("whole seed", "the_seed_decides", "two batches after one another: the numbers are the same; draw anew"),
        ("constructor", "the_seed_decides", "two batches after one another: the numbers are the same; draw anew"),
        ("constructor", "every_clip_has_a_draw_of_its_own", "sixteen copies of a clip always come out alike"),
        (
            "eager",
            "nothing_is_changed_outside_training",
            "the numbers differ by up to",
        ),
        (
            "flip",
            "a_clip_is_changed_alike_whatever_lies_beside_it",
            "(at stage 'waveform' none is mixed with another; see 'batch'): the numbers differ by up to",
        ),
    ],
)
def test_chance_that_stands_still_and_clips_that_are_mixed_are_found(how, promise, reason):
    found = judge("augmentations", f"test_{promise}", Softer(how))
    assert found.kept is False
    assert reason in found.reason
    assert judge("augmentations", f"test_{promise}", Softer()).kept


@dataclass(frozen=True)
class Quiet(Augmentation):
    """Halves every clip, whatever the seed."""

    stage = Stage.WAVEFORM
    unsafe_for = frozenset({"loudness"})

    def layer(self, rate_hz, seed):
        import keras

        class Layer(keras.Layer):
            def call(self, waves, training=False):
                return waves / 2 if training else waves

        return Layer()


def test_an_augmentation_without_chance_is_asked_for_none():
    for promise in ("the_seed_decides", "every_clip_has_a_draw_of_its_own"):
        assert judge("augmentations", f"test_{promise}", Quiet()).kept is None
    assert judge("augmentations", "test_it_works_in_a_traced_graph_for_batches_of_any_size", Quiet()).kept
