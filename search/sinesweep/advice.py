"""Advice: what the courses try next against a fault of training, in the words of a trial's own settings."""

from __future__ import annotations

from collections.abc import Iterator

from sinesweep.trial import Config
from sinesweep.wording import number

LARGER, SMALLER = 3, 1 / 3
"""By how much a rate is changed at first."""

LEAST_BATCH = 32
"""Smaller batches make steps that depend on the few clips in them."""


def advice(kind: str, config: Config, parameters: int) -> str:
    """One sentence of what to try, the likeliest first; empty where nothing is amiss.

    Args:
        kind: a `DiagnosisKind`.
        parameters: of the network; 0 where that is not known.
    """
    tries = list(ADVISERS[kind](config, parameters)) if kind in ADVISERS else []
    return f"Try {'; '.join(tries)}." if tries else ""


def _against_divergence(config: Config, parameters: int) -> Iterator[str]:
    fit = config["fit"]
    yield _rate(config, SMALLER)
    if fit.get("clipping", "none") == "none":
        yield "fit.clipping norm"
    if not str(fit.get("schedule")).startswith("warmup"):
        yield "fit.schedule warmup_cosine"


def _against_overfitting(config: Config, parameters: int) -> Iterator[str]:
    fit, network = config["fit"], config["architecture"]
    if network.get("dropout", 1.0) < 0.5:
        yield f"more dropout than {network['dropout']:.2g}"
    if network.get("l2", 1.0) < 1e-3:
        yield f"more l2 than {network['l2']:.2g}"
    on = "+".join(str(each["name"]) for each in config["augmentations"])
    yield f"stronger augmentation than {on}" if on else "augmentation, of which it has none"
    if not fit.get("patience", 0):
        yield "an earlier stop, with fit.patience above 0"
    yield f"a smaller network than {number(parameters)} parameters" if parameters else "a smaller network"


def _against_underfitting(config: Config, parameters: int) -> Iterator[str]:
    network = config["architecture"]
    yield f"a larger network than {number(parameters)} parameters" if parameters else "a larger network"
    if network.get("dropout", 0.0) > 0:
        yield f"less dropout than {network['dropout']:.2g}"
    if network.get("l2", 0.0) > 0:
        yield f"less l2 than {network['l2']:.2g}"
    if config["augmentations"]:
        yield "weaker augmentation"
    yield _rate(config, LARGER)


def _against_an_early_end(config: Config, parameters: int) -> Iterator[str]:
    fit = config["fit"]
    yield f"more epochs than {fit['epochs']}, for one with sinesweep continue"
    if fit.get("patience", 0):
        yield f"more patience than {fit['patience']}"
    yield _rate(config, LARGER)


def _against_noise(config: Config, parameters: int) -> Iterator[str]:
    fit = config["fit"]
    yield _rate(config, SMALLER)
    if fit["batch_size"] < LEAST_BATCH:
        yield f"a larger batch than {fit['batch_size']}"
    schedule = str(fit.get("schedule", "constant"))
    if schedule.endswith("constant"):
        yield f"fit.schedule {schedule.replace('constant', 'cosine')}"
    yield "more validation clips, or more folds"


def _rate(config: Config, factor: float) -> str:
    rate = config["fit"]["learning_rate"]
    return f"a learning rate of {rate * factor:.2g} instead of {rate:.2g}"


ADVISERS = {
    "diverged": _against_divergence,
    "overfitting": _against_overfitting,
    "still_improving": _against_an_early_end,
    "underfitting": _against_underfitting,
    "noisy": _against_noise,
}
