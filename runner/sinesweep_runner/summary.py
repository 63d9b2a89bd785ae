"""The summary of a trial's network: its layers one below another, their shapes, and how many weights they have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sinesweep.configuration import Parts
from sinesweep.errors import Infeasible, PluginError, UserError
from sinesweep.trial import Trial
from sinesweep_runner import backend
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.training.assembly import build_network, check

if TYPE_CHECKING:
    import keras

Line = tuple[str, str, str]


def summary_of(recorded: Recorded, trial: Trial) -> str:
    """A trial's network as a table, built anew from its configuration. Loads Keras.

    Args:
        recorded: of the sweep's folder.
        trial: not the baseline, which has no network.

    Raises:
        UserError: it cannot be built here: a plugin is not installed any more, or has changed; or an older Sinesweep
            did not write down how it cut the sounds.
    """
    if recorded.length is None:
        raise UserError(
            "an older Sinesweep ran this sweep and did not write down how it cut the sounds: resume it once"
        )
    backend.load()
    try:
        parts, shape = Parts.of(trial.config), check(trial.config, recorded.length)
        network = build_network(parts, trial.config, shape, recorded.outputs)
    except (PluginError, Infeasible) as reason:
        raise UserError(f"the network of trial {trial.number} cannot be built: {reason}") from reason
    rows: list[Line] = [("layer", "gives", "weights"), (trial.config["features"]["name"], _sides(shape), "")]
    rows += [*_lines(network), ("in all", "", f"{network.count_params():,}")]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(f"{name:<{widths[0]}}  {gives:<{widths[1]}}  {count:>{widths[2]}}\n" for name, gives, count in rows)


def _lines(network: keras.Model, depth: int = 0) -> Iterator[Line]:
    """A line a layer, those of a network within it further to the right."""
    import keras

    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        yield "  " * depth + _name(layer), _given(layer), f"{layer.count_params():,}" if layer.count_params() else ""
        if isinstance(layer, keras.Model):
            yield from _lines(layer, depth + 1)


def _name(layer: keras.Layer) -> str:
    """Its class, and its name where somebody gave it one."""
    kind = type(layer).__name__
    plain = re.sub(r"_\d+$", "", layer.name).replace("_", "")
    return kind if plain == kind.lower() else f"{kind} '{layer.name}'"


def _given(layer: keras.Layer) -> str:
    """The shape of what it gives; nothing where a layer calls it that says nothing of it."""
    try:
        given = layer.output
    except (AttributeError, ValueError):
        return ""
    shapes = [each.shape[1:] for each in (given if isinstance(given, list | tuple) else [given])]
    return ", ".join(map(_sides, shapes))


def _sides(shape: tuple[int | None, ...]) -> str:
    return " × ".join("any" if side is None else str(side) for side in shape)
