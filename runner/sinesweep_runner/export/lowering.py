"""Lowering: layers are told what will run them, before they are exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinesweep.blame import blaming
from sinesweep_runner.export.formats import Format

if TYPE_CHECKING:
    import keras


def lower(model: keras.Model, target: Format) -> None:
    """Calls `lower(target)` of every layer that has it; from then on the model computes the same in another way.

    The weights stay. Graphs that were traced before stay too, so a model that has answered answers as it did.

    Raises:
        PluginFault: a layer's `lower` raised.
    """
    for layer in model._flatten_layers():
        if hasattr(layer, "lower"):
            with blaming("layer", type(layer).__name__, "lower"):
                layer.lower(target.value)
