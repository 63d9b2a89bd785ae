"""From the settings of training to a Keras optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sinesweep.fit import Fit

if TYPE_CHECKING:
    import keras

WARM_UP = 0.1
"""The share of all steps in which the learning rate climbs, where the schedule is `warmup_cosine`."""


def optimizer(fit: Fit, steps: int) -> keras.optimizers.Optimizer:
    """The optimizer that `fit` asks for, its schedule stretched over `steps` steps."""
    import keras

    kinds = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "sgd": keras.optimizers.SGD,
        "rmsprop": keras.optimizers.RMSprop,
        "adagrad": keras.optimizers.Adagrad,
        "adadelta": keras.optimizers.Adadelta,
        "adamax": keras.optimizers.Adamax,
        "nadam": keras.optimizers.Nadam,
        "ftrl": keras.optimizers.Ftrl,
    }
    return kinds[fit.optimizer](learning_rate(fit, steps), **_own_settings(fit))


def learning_rate(fit: Fit, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The schedule: constant, half a cosine down to 0, or the same after a linear climb."""
    import keras

    if fit.schedule == "constant":
        return fit.learning_rate
    if fit.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(fit.learning_rate, decay_steps=steps)
    climb = max(1, round(WARM_UP * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=max(1, steps - climb), warmup_target=fit.learning_rate, warmup_steps=climb
    )


def _own_settings(fit: Fit) -> dict[str, Any]:
    if fit.optimizer == "sgd":
        return {"momentum": fit.momentum, "nesterov": fit.nesterov}
    if fit.optimizer == "rmsprop":
        return {"momentum": fit.momentum}
    if fit.optimizer == "adamw":
        return {"weight_decay": fit.weight_decay}
    return {}
