"""Fit: the settings of training, searched like those of any plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sinesweep.contract import Plugin
from sinesweep.domains import Choice, Float, Int
from sinesweep.settings import When

BATCHES = tuple(2**power for power in range(13))

OPTIMIZERS = (
    "adam",
    "adamw",
    "sgd",
    "rmsprop",
    "adagrad",
    "adadelta",
    "adamax",
    "nadam",
    "ftrl",
    "lion",
    "lamb",
    "adafactor",
    "muon",
    "schedule_free_adamw",
)
DECAYING = ("adamw", "lion", "lamb", "muon")
"""Optimizers that weight decay is a part of; to the others it can be added."""

OTHERS = tuple(name for name in OPTIMIZERS if name not in DECAYING)

SCHEDULES = ("constant", "cosine", "warmup_constant", "warmup_cosine")
CLIPPINGS = ("none", "norm", "global_norm", "value")


@dataclass(frozen=True)
class Fit(Plugin):
    """How a network is trained.

    A setting that hangs on the optimizer is its own parameter; `sinesweep_runner.training.optimizers` hands it over.
    """

    epochs: Annotated[int, Int(1, 2000, log=True, search=False), "passes over the training part"] = 30
    batch_size: Annotated[int, Choice(BATCHES, search=(8, 16, 32, 64, 128)), "clips", "examples a step"] = 32
    optimizer: Annotated[str, Choice(OPTIMIZERS, search=False), "how a gradient becomes a step"] = "adam"
    learning_rate: Annotated[
        float, Float(1e-6, 10.0, log=True, search=(1e-4, 1e-2)), "length of a step at the schedule's top"
    ] = 1e-3
    momentum: Annotated[
        float,
        Float(0.0, 0.999, search=(0.0, 0.99)),
        When("optimizer", "sgd", "rmsprop", "muon"),
        "share of the last step kept",
    ] = 0.9
    nesterov: Annotated[
        bool, Choice((False, True)), When("optimizer", "sgd", "muon"), "look ahead before the gradient is taken"
    ] = False
    weight_decay: Annotated[
        float,
        Float(1e-6, 1.0, log=True, search=(1e-5, 1e-1)),
        When("optimizer", *DECAYING),
        "decoupled weight decay",
    ] = 4e-3
    added_weight_decay: Annotated[
        float,
        Float(0.0, 1.0, search=False),
        When("optimizer", *OTHERS),
        "decoupled weight decay, for an optimizer that has none of its own",
    ] = 0.0
    beta_1: Annotated[
        float,
        Float(0.0, 0.9999, search=False),
        When("optimizer", "adam", "adamw", "adamax", "nadam", "lion", "lamb", "muon"),
        "how long the mean of the gradients remembers",
    ] = 0.9
    beta_2: Annotated[
        float,
        Float(0.0, 0.99999, search=False),
        When("optimizer", "adam", "adamw", "adamax", "nadam", "lamb", "muon", "schedule_free_adamw"),
        "how long the mean of their squares remembers",
    ] = 0.999
    lion_beta_2: Annotated[
        float, Float(0.0, 0.9999, search=False), When("optimizer", "lion"), "how long lion's momentum remembers"
    ] = 0.99
    beta_2_decay: Annotated[
        float,
        Float(-1.0, 0.0, search=False),
        When("optimizer", "adafactor"),
        "the power of the step's number by which the mean of squares forgets",
    ] = -0.8
    clip_threshold: Annotated[
        float, Float(0.1, 10.0, log=True, search=False), When("optimizer", "adafactor"), "largest mean step allowed"
    ] = 1.0
    relative_step: Annotated[
        bool,
        Choice((True, False), search=False),
        When("optimizer", "adafactor"),
        "no step is longer than one over the root of its number",
    ] = True
    ns_steps: Annotated[
        int, Int(1, 10, search=False), When("optimizer", "muon"), "Newton-Schulz iterations that make a step orthogonal"
    ] = 5
    rms_rate: Annotated[
        float, Float(0.01, 10.0, log=True, search=False), When("optimizer", "muon"), "root mean square of its steps"
    ] = 0.2
    adam_lr_ratio: Annotated[
        float,
        Float(0.01, 100.0, log=True, search=False),
        When("optimizer", "muon"),
        "learning rate of the weights that muon leaves to Adam, in its own",
    ] = 1.0
    schedule_free_beta: Annotated[
        float,
        Float(0.01, 0.9999, search=False),
        When("optimizer", "schedule_free_adamw"),
        "how near gradients are taken to the mean of all steps",
    ] = 0.9
    schedule_free_epsilon: Annotated[
        float,
        Float(1e-10, 1.0, log=True, search=False),
        When("optimizer", "schedule_free_adamw"),
        "its own epsilon",
    ] = 1e-8
    rho: Annotated[
        float,
        Float(0.0, 0.9999, search=False),
        When("optimizer", "rmsprop"),
        "how long the mean of squared gradients remembers",
    ] = 0.9
    adadelta_rho: Annotated[
        float,
        Float(0.0, 0.9999, search=False),
        When("optimizer", "adadelta"),
        "how long adadelta's means of squares remember",
    ] = 0.95
    centered: Annotated[
        bool, Choice((False, True), search=False), When("optimizer", "rmsprop"), "divide by the variance of gradients"
    ] = False
    amsgrad: Annotated[
        bool, Choice((False, True), search=False), When("optimizer", "adam", "adamw"), "never let steps grow again"
    ] = False
    epsilon: Annotated[
        float,
        Float(1e-10, 1.0, log=True, search=False),
        When("optimizer", "adam", "adamw", "adamax", "nadam", "lamb", "muon", "rmsprop", "adagrad", "adadelta"),
        "what keeps a division by a small mean from a long step",
    ] = 1e-7
    accumulator: Annotated[
        float,
        Float(0.0, 10.0, search=False),
        When("optimizer", "adagrad", "ftrl"),
        "sum of squared gradients to begin with",
    ] = 0.1
    ftrl_power: Annotated[
        float, Float(-1.0, 0.0, search=False), When("optimizer", "ftrl"), "how fast its steps shorten"
    ] = -0.5
    ftrl_l1: Annotated[float, Float(0.0, 1.0, search=False), When("optimizer", "ftrl"), "its own L1 penalty"] = 0.0
    ftrl_l2: Annotated[float, Float(0.0, 1.0, search=False), When("optimizer", "ftrl"), "its own L2 penalty"] = 0.0
    ftrl_l2_shrinkage: Annotated[
        float, Float(0.0, 1.0, search=False), When("optimizer", "ftrl"), "its L2 penalty on large weights"
    ] = 0.0
    ftrl_beta: Annotated[
        float, Float(0.0, 10.0, search=False), When("optimizer", "ftrl"), "added to the root of its squared gradients"
    ] = 0.0
    clipping: Annotated[
        str,
        Choice(CLIPPINGS, search=False),
        "shorten gradients that are too long: each weight's norm, the norm of all together, or each value",
    ] = "none"
    clip_at: Annotated[
        float,
        Float(1e-3, 1e3, log=True, search=False),
        When("clipping", "norm", "global_norm", "value"),
        "what is too long",
    ] = 1.0
    schedule: Annotated[
        str,
        Choice(SCHEDULES, search=False),
        "how the learning rate changes; a warm-up is the first tenth of all steps; schedule_free_adamw wants no cosine",
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
