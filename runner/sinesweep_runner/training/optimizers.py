"""From the settings of training to a Keras optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sinesweep.fit import Fit
from sinesweep.settings import settings

if TYPE_CHECKING:
    import keras

WARM_UP = 0.1
"""The share of all steps in which the learning rate climbs, where the schedule is `warmup_cosine`."""

ARGUMENTS = {
    ("adadelta", "adadelta_rho"): "rho",
    ("adagrad", "accumulator"): "initial_accumulator_value",
    ("ftrl", "accumulator"): "initial_accumulator_value",
    ("ftrl", "ftrl_power"): "learning_rate_power",
    ("ftrl", "ftrl_l1"): "l1_regularization_strength",
    ("ftrl", "ftrl_l2"): "l2_regularization_strength",
    ("lion", "lion_beta_2"): "beta_2",
    ("muon", "beta_1"): "adam_beta_1",
    ("muon", "beta_2"): "adam_beta_2",
}
"""What Keras calls a setting of an optimizer, where it calls it otherwise."""

CLIPPED = {"norm": "clipnorm", "global_norm": "global_clipnorm", "value": "clipvalue"}


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
        "lion": keras.optimizers.Lion,
        "lamb": keras.optimizers.Lamb,
        "adafactor": keras.optimizers.Adafactor,
        "muon": keras.optimizers.Muon,
    }
    clipped = {CLIPPED[fit.clipping]: fit.clip_at} if fit.clipping != "none" else {}
    return kinds[fit.optimizer](learning_rate(fit, steps), **_own_settings(fit), **clipped)


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
    """The settings that hang on the optimizer, under the names that Keras has for them."""
    own = {
        ARGUMENTS.get((fit.optimizer, name), name): getattr(fit, name)
        for name, setting in settings(Fit).items()
        if any(when.field == "optimizer" and fit.optimizer in when.values for when in setting.when)
    }
    # Muon leaves biases and the like to an Adam of its own, with a decay of its own.
    return own | {"adam_weight_decay": fit.weight_decay} if fit.optimizer == "muon" else own
