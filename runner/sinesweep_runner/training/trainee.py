"""Trainee: what one training step does, the same on every backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from sinesweep.blame import blaming
from sinesweep_runner.training.assembly import Step


@dataclass(frozen=True)
class Plan:
    """The parts of a step, in their order, with the names of their plugins."""

    steps: tuple[Step, ...]
    network: Step
    loss: Step


class Trainee(keras.Model):
    """Augments a batch, passes it through the network, and weighs the loss.

    Takes `{"x": …, "targets": …}` and gives `{"logits": …, "targets": …}`, because mixing clips changes both.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        network: Step,
        loss: Step,
        class_weights: np.ndarray | None = None,
        settings: Sequence[keras.Variable] = (),
    ) -> None:
        """Puts them together.

        Args:
            steps: what `x` passes first, one after another, such as front end and augmentations; those that change
                targets take and give the pair of both.
            network: features → logits.
            loss: of targets and logits.
            class_weights: how much a clip of each class counts `(classes,)`; None for all the same.
            settings: variables that network and loss read beside their weights.
        """
        super().__init__(name="trainee")
        self._plan = Plan(tuple(steps), network, loss)
        # Keras finds the weights of what stands in a list; it does not look into the plan.
        self.parts = [step.layer for step in (*steps, network)]
        self.settings = list(settings)
        # A variable, so that the same graph serves another part of the clips.
        self._class_weights = None if class_weights is None else keras.Variable(class_weights, trainable=False)
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Logits, and the targets that belong to them."""
        x, targets = inputs["x"], inputs["targets"]
        for step in self._plan.steps:
            with blaming(step.kind, step.name, "call"):
                if step.changes_targets:
                    x, targets = step.layer((x, targets), training=training)
                else:
                    x = step.layer(x, training=training)
        with blaming("architecture", self._plan.network.name, "call"):
            logits = self._plan.network.layer(x, training=training)
        return {"logits": logits, "targets": targets}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The mean loss of a batch, and what the network's regularizers add."""
        return sum(self.losses, start=self.weighed(y_pred["targets"], y_pred["logits"]))

    def weighed(self, targets: Any, logits: Any) -> Any:
        """The mean loss of a batch, and nothing else."""
        weights = None if self._class_weights is None else ops.sum(targets * self._class_weights, axis=-1)
        with blaming("loss", self._plan.loss.name, "call"):
            return self._plan.loss.layer(targets, logits, sample_weight=weights)


def balanced_weights(targets: np.ndarray) -> np.ndarray:
    """Weights `(classes,)` that let every class of one-hot `targets` count the same, and a clip 1 on average."""
    counts = targets.sum(axis=0)
    present = counts > 0
    return np.where(present, len(targets) / (present.sum() * np.maximum(counts, 1)), 0.0).astype(np.float32)
