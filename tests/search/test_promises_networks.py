"""A loss whose gradient is not its own, and a network that learns or ends otherwise than it should, are found."""

from dataclasses import dataclass
from typing import Annotated

import pytest

from sinesweep import Architecture, Choice, Loss, Task
from sinesweep.testing.verdicts import judge

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Cross-entropy, computed as `how` says."""

    tasks = frozenset({Task.CLASSIFICATION})
    how: Annotated[str, Choice(("well", "detached", "another's", "averaged")), "what it does wrong"] = "well"

    def build(self, task):
        import keras
        from keras import ops

        how = self.how

        class Entropy(keras.losses.Loss):
            def call(self, targets, logits):
                every = ops.logsumexp(logits, axis=1, keepdims=True)
                right = ops.sum(targets * logits, axis=1)
                entropy = -ops.sum(targets * (logits - every), axis=1)
                if how == "detached":
                    return -ops.sum(targets * (logits - ops.stop_gradient(every)), axis=1)
                if how == "another's":
                    return ops.stop_gradient(entropy - right) - right
                return ops.mean(entropy) if how == "averaged" else entropy

        return Entropy()


@pytest.mark.parametrize(
    ("how", "promise", "reason"),
    [
        ("detached", "its_gradient_is_its_slope", "CrossEntropy(how='detached'), classification: its slope along"),
        ("another's", "its_gradient_is_its_slope", "look for a stop_gradient"),
        ("averaged", "each_clip_is_weighed_by_itself", "where the logits of clips change that count 0 times"),
    ],
)
def test_a_loss_that_does_not_teach_what_it_says_is_found(how, promise, reason):
    found = judge("losses", f"test_{promise}", CrossEntropy(how))
    assert found.kept is False
    assert reason in found.reason
    assert judge("losses", f"test_{promise}", CrossEntropy()).kept


@dataclass(frozen=True)
class Two(Architecture):
    """Two layers, the first of which may be cut off from the loss, and an ending."""

    gate: Annotated[bool, Choice((False, True)), "cut off"] = False
    kind: Annotated[str, Choice(("plain", "dead")), "cut off where it is dead"] = "plain"
    ending: Annotated[str, Choice(("linear", "relu", "softmax", "sigmoid"), search=False), "activation"] = "linear"

    def build(self, input_shape, outputs):
        import keras
        from keras import layers, ops

        inputs = keras.Input(input_shape)
        x = layers.Dense(4, activation="elu")(layers.Flatten()(inputs))
        if self.gate or self.kind == "dead":
            x = ops.stop_gradient(x)
        return keras.Model(inputs, layers.Dense(outputs, activation=self.ending)(x))


@dataclass(frozen=True)
class TwoKinds(Two):
    """The same with words alone."""

    gate: Annotated[bool, "cut off"] = False


@pytest.mark.parametrize(("plugin", "option"), [(Two(), "Two(gate=True)"), (TwoKinds(), "TwoKinds(kind='dead')")])
def test_an_option_that_keeps_a_layer_from_learning_is_found_and_named(plugin, option):
    assert judge("architectures", "test_gradients_reach_every_trainable_weight", plugin).kept
    found = judge("architectures", "test_every_option_lets_gradients_through", plugin)
    assert found.kept is False
    assert found.reason.startswith(f"{option}: no gradient reaches dense")


@pytest.mark.parametrize("ending", ["softmax", "sigmoid"])
def test_a_network_that_ends_in_probabilities_is_found(ending):
    found = judge("architectures", "test_it_ends_in_logits", Two(ending=ending))
    assert found.kept is False
    assert f"leave out the {ending} at its end" in found.reason


@pytest.mark.parametrize("ending", ["linear", "relu"])
def test_a_network_that_ends_in_other_numbers_is_not_taken_for_one_of_probabilities(ending):
    assert judge("architectures", "test_it_ends_in_logits", Two(ending=ending)).kept
