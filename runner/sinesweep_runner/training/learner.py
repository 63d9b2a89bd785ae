"""Learner: one network in training. It takes epochs and gives answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sinesweep.blame import blaming
from sinesweep.dataset import Task
from sinesweep.lengths import aggregate
from sinesweep_runner.training.assembly import build_answerer
from sinesweep_runner.training.batches import answers, shuffled, steps_per_epoch
from sinesweep_runner.training.divergence import explosion
from sinesweep_runner.training.failures import NotANumber
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.logits import logits_of
from sinesweep_runner.training.scale import Scale
from sinesweep_runner.training.schedules import learning_rate
from sinesweep_runner.training.variants import Variants

if TYPE_CHECKING:
    import keras


class Learner:
    """Learns from some of the clips of `inputs`; everything random follows from `seed`."""

    def __init__(
        self, inputs: Inputs, clips: Sequence[int], seed: int, epochs: int | None = None, accumulate: int = 1
    ) -> None:
        """Builds the network, measures the statistics of these clips, and makes ready to train.

        Args:
            epochs: over how many the schedule of the learning rate goes; None for what the configuration says.
            accumulate: in how many parts, one after another, a batch passes the network; their mean makes the step.
        """
        # Not at the top: this module is read by ways that need no Keras.
        from sinesweep_runner.training.manysteps import Walk
        from sinesweep_runner.training.shelf import build

        self._inputs, self._seed, self._fit, self._accumulate = inputs, seed, inputs.parts.fit, accumulate
        self._losses: list[float] = []  # of the very first step, and the mean of every epoch
        self._rows = inputs.rows_of(clips)
        self._variants, self._targets = Variants(inputs, seed), inputs.material.wanted()[inputs.windows.owners]
        self._scale = Scale.of(self._targets[self._rows]) if inputs.material.task is Task.REGRESSION else None
        if self._scale is not None:
            self._targets = self._scale.apply(self._targets)
        self._steps = (epochs or self._fit.epochs) * steps_per_epoch(len(self._rows), self._fit.batch_size)
        with inputs.watch.phase("build"):
            self._apparatus = build(inputs, self._rows, seed, accumulate, self._class_weights(), self._scale)
        made = self._apparatus
        self._walk = Walk(made.trainee, made.graph, self._targets, self._steps * accumulate)

    @property
    def network(self) -> keras.Model:
        """Features → logits."""
        return self._apparatus.network

    def train_epoch(self, epoch: int) -> float:
        """One pass over the clips, epochs counted from 1; the mean loss.

        Raises:
            NotANumber: the loss of a step was not finite, or training has diverged.
        """
        source = self._variants.source_of(epoch)
        batches = shuffled(self._rows, self._fit.batch_size, (self._seed, epoch), self._accumulate)
        rates = self._learning_rates((epoch - 1) * len(batches), len(batches))
        losses: list[float] = []
        while len(losses) < len(batches):
            # The backend traces the graph in the very first step, which then takes as long as many others.
            with self._inputs.watch.phase("trace" if epoch == 1 and not losses else "fit"):
                losses += self._walk.take(source, batches[len(losses) :], rates[len(losses) :])
            if not np.isfinite(losses[-1]):
                raise NotANumber(self._not_finite(losses, epoch))
        self._losses += [*([] if self._losses else losses[:1]), float(np.mean(losses))]
        if why := explosion(self._losses, self._constant_loss):
            raise NotANumber(f"{why}; a learning_rate below {self._fit.learning_rate:g} may help")
        return self._losses[-1]

    def _not_finite(self, losses: Sequence[float], epoch: int) -> str:
        """What is wrong where the last of an epoch's losses is no number; every part of a batch has one."""
        if epoch == 1 and len(losses) <= self._accumulate:
            return (
                f"the loss was {losses[-1]} in step 1 of epoch 1, before any weight was changed: the network, the loss"
                " or the features give that by themselves, whatever the learning_rate"
            )
        return (
            f"the loss became {losses[-1]} in step {len(losses)} of epoch {epoch};"
            f" a learning_rate below {self._fit.learning_rate:g} may help"
        )

    def _learning_rates(self, done: int, count: int) -> np.ndarray:
        """Those of the `count` batches after `done`, float32."""
        steps = (batch // self._accumulate for batch in range(done, done + count))
        return np.array([learning_rate(self._fit, step, self._steps) for step in steps], np.float32)

    def answer(self, clips: Sequence[int]) -> np.ndarray:
        """Probabilities or values for these clips, in their order, float32 `(clips, outputs)`.

        Raises:
            NotANumber: some of them are not finite.
        """
        with self._inputs.watch.phase("evaluate"):
            rows = self._inputs.rows_of(clips)
            given = answers(self._apparatus.answerer, self._inputs.answer_source(), rows)
        if not np.isfinite(given).all():
            raise NotANumber(
                "the network's answers became NaN or infinite;"
                f" a learning_rate below {self._fit.learning_rate:g} may help"
            )
        place = {clip: i for i, clip in enumerate(clips)}
        owners = [place[clip] for clip in self._inputs.windows.owners[rows]]
        return aggregate(given, owners, len(clips)).astype(np.float32)

    def loss_of(self, clips: Sequence[int], given: np.ndarray) -> float:
        """The mean loss of answers `(clips, outputs)` to these clips, as they are trained for: what `train_epoch` gives
        compares with it, but for penalties on the network and for augmented clips."""
        material, scale = self._inputs.material, self._scale
        targets = material.wanted()[list(clips)]
        right = targets if scale is None else scale.apply(targets)
        with self._inputs.watch.phase("evaluate"):
            return float(self._apparatus.trainee.weighed(right, logits_of(given, material.task, scale)))

    def state(self) -> list[np.ndarray]:
        """All that training changes: weights, the optimizer's values, the states of all generators of chance, and last
        how the loss went."""
        import keras

        return [*(keras.ops.convert_to_numpy(each) for each in self._apparatus.variables), np.array(self._losses)]

    def restore(self, state: Sequence[np.ndarray]) -> None:
        """Goes on from the `state` that a learner of the same settings had."""
        *values, losses = state
        for variable, value in zip(self._apparatus.variables, values, strict=True):
            variable.assign(value)
        self._losses = losses.tolist()

    def _constant_loss(self) -> float:
        """The loss of logits that are 0 for every clip."""
        targets = self._targets[self._rows]
        return float(self._apparatus.trainee.weighed(targets, np.zeros_like(targets)))

    def predictor(self) -> keras.Model:
        """The whole way as one model: float32 `(batch, *entry_shape)` of the inputs → answers `(batch, outputs)`.

        It begins with waveforms, or, where a host extractor stands before it, with features.
        """
        from sinesweep_runner.training.apparatus import answer

        made, entry = self._apparatus, self._inputs.entry_shape
        layers = [made.normaliser] if made.front is None else [made.front, made.normaliser]
        return build_answerer(layers, entry, made.network, answer(self._inputs.material.task, self._scale))

    def _class_weights(self) -> np.ndarray | None:
        """How much a clip of each class counts, as the settings of training and the loss would have it."""
        from sinesweep_runner.training.trainee import balanced_weights

        inputs, targets = self._inputs, self._targets[self._rows]
        if inputs.material.task is not Task.CLASSIFICATION:
            return None
        with blaming("loss", inputs.config["loss"]["name"], "class_weights"):
            of_loss = inputs.parts.loss.class_weights(targets.sum(axis=0))
        of_fit = balanced_weights(targets) if self._fit.class_weights == "balanced" else None
        given = [weights for weights in (of_fit, of_loss) if weights is not None]
        return np.prod(given, axis=0).astype(np.float32) if given else None
