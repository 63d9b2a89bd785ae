"""From the settings of training to a Keras optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sinesweep.fit import Fit
from sinesweep.settings import settings

if TYPE_CHECKING:
    import keras

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


def optimizer(fit: Fit, accumulate: int = 1) -> keras.optimizers.Optimizer:
    """The optimizer that `fit` asks for, at its highest learning rate.

    Args:
        accumulate: the gradients of so many batches, one after another, make one step.
    """
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
    kept = {"gradient_accumulation_steps": accumulate} if accumulate > 1 else {}
    return kinds[fit.optimizer](fit.learning_rate, **_own_settings(fit), **clipped, **kept)


def _own_settings(fit: Fit) -> dict[str, Any]:
    """The settings that hang on the optimizer, under the names that Keras has for them."""
    own = {
        ARGUMENTS.get((fit.optimizer, name), name): getattr(fit, name)
        for name, setting in settings(Fit).items()
        if any(when.field == "optimizer" and fit.optimizer in when.values for when in setting.when)
    }
    # Muon leaves biases and the like to an Adam of its own, with a decay of its own.
    return own | {"adam_weight_decay": fit.weight_decay} if fit.optimizer == "muon" else own
