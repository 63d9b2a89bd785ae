"""From the settings of training to a Keras optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sinesweep.errors import SweepError
from sinesweep.fit import OTHERS, Fit
from sinesweep.settings import settings

if TYPE_CHECKING:
    import keras

NAMES = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
    "adamax": "Adamax",
    "nadam": "Nadam",
    "ftrl": "Ftrl",
    "lion": "Lion",
    "lamb": "Lamb",
    "adafactor": "Adafactor",
    "muon": "Muon",
    "schedule_free_adamw": "ScheduleFreeAdamW",
}
"""What Keras calls each optimizer."""

SINCE = {"schedule_free_adamw": "3.14"}
"""The first Keras that has it, of those that the oldest one allowed does not have."""

ARGUMENTS = {
    ("adadelta", "adadelta_rho"): "rho",
    ("adagrad", "accumulator"): "initial_accumulator_value",
    ("ftrl", "accumulator"): "initial_accumulator_value",
    ("ftrl", "ftrl_power"): "learning_rate_power",
    ("ftrl", "ftrl_l1"): "l1_regularization_strength",
    ("ftrl", "ftrl_l2"): "l2_regularization_strength",
    ("ftrl", "ftrl_l2_shrinkage"): "l2_shrinkage_regularization_strength",
    ("ftrl", "ftrl_beta"): "beta",
    ("lion", "lion_beta_2"): "beta_2",
    ("muon", "beta_1"): "adam_beta_1",
    ("muon", "beta_2"): "adam_beta_2",
    ("schedule_free_adamw", "schedule_free_beta"): "beta_1",
    ("schedule_free_adamw", "schedule_free_epsilon"): "epsilon",
    **{(name, "added_weight_decay"): "weight_decay" for name in OTHERS},
}
"""What Keras calls a setting of an optimizer, where it calls it otherwise."""

CLIPPED = {"norm": "clipnorm", "global_norm": "global_clipnorm", "value": "clipvalue"}


def check_installed(optimizers: Iterable[str]) -> None:
    """Sees that the installed Keras has these optimizers; Keras itself is not imported.

    Raises:
        SweepError: it is too old for one of them.
    """
    there = version("keras")
    for name in optimizers:
        if name in SINCE and _numbers(there) < _numbers(SINCE[name]):
            raise SweepError(
                f"fit.optimizer: {name} needs Keras {SINCE[name]} or newer, and {there} is installed;"
                " pip install -U keras, or take another optimizer"
            )


def optimizer(fit: Fit, accumulate: int = 1) -> keras.optimizers.Optimizer:
    """The optimizer that `fit` asks for, at its highest learning rate.

    Args:
        accumulate: the gradients of so many batches, one after another, make one step.
    """
    import keras

    kind = getattr(keras.optimizers, NAMES[fit.optimizer])
    clipped = {CLIPPED[fit.clipping]: fit.clip_at} if fit.clipping != "none" else {}
    kept = {"gradient_accumulation_steps": accumulate} if accumulate > 1 else {}
    return kind(fit.learning_rate, **_own_settings(fit), **clipped, **kept)


def _own_settings(fit: Fit) -> dict[str, Any]:
    """The settings that hang on the optimizer, under the names that Keras has for them."""
    own = {
        ARGUMENTS.get((fit.optimizer, name), name): getattr(fit, name)
        for name, setting in settings(Fit).items()
        if any(when.field == "optimizer" and fit.optimizer in when.values for when in setting.when)
    }
    own["weight_decay"] = own["weight_decay"] or None  # a decay by 0 would still be computed, for every weight
    # Muon leaves biases and the like to an Adam of its own, with a decay of its own.
    return own | {"adam_weight_decay": fit.weight_decay} if fit.optimizer == "muon" else own


def _numbers(release: str) -> list[int]:
    """`3.14.0rc1` as `[3, 14]`."""
    return [int(part) for part in release.split(".")[:2]]
