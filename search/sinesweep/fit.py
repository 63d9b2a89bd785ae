"""Fit: the settings of training, searched like those of any plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import Plugin
from sinesweep.domains import Choice, Float, Int
from sinesweep.settings import When

OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "ftrl")


@dataclass(frozen=True)
class Fit(Plugin):
    """How a network is trained."""

    epochs: Annotated[int, Int(1, 2000, log=True, search=False), "passes over the training part"] = 30
    batch_size: Annotated[int, Choice((8, 16, 32, 64, 128)), "clips", "examples a step"] = 32
    optimizer: Annotated[str, Choice(OPTIMIZERS, search=False), "how a gradient becomes a step"] = "adam"
    learning_rate: Annotated[
        float, Float(1e-6, 10.0, log=True, search=(1e-4, 1e-2)), "length of a step at the schedule's top"
    ] = 1e-3
    momentum: Annotated[
        float, Float(0.0, 0.999, search=(0.0, 0.99)), When("optimizer", "sgd", "rmsprop"), "share of the last step kept"
    ] = 0.9
    nesterov: Annotated[
        bool, Choice((False, True)), When("optimizer", "sgd"), "look ahead before the gradient is taken"
    ] = False
    weight_decay: Annotated[
        float, Float(1e-6, 1.0, log=True, search=(1e-5, 1e-1)), When("optimizer", "adamw"), "decoupled weight decay"
    ] = 4e-3
    schedule: Annotated[
        str, Choice(("constant", "cosine", "warmup_cosine"), search=False), "how the learning rate changes"
    ] = "cosine"
    patience: Annotated[
        int,
        Int(0, 200, search=False),
        "epochs",
        "stop when a part held out from training has not improved for so long, and keep its best epoch; 0 is off",
    ] = 0
    class_weights: Annotated[
        str, Choice(("none", "balanced"), search=False), "let rare classes count as much as common ones"
    ] = "none"
