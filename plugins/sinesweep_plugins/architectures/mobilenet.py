"""MobileNet, from keras.applications."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible
from sinesweep_plugins.architectures._applications import adapted
from sinesweep_plugins.architectures._blocks import logits
from sinesweep_plugins.architectures._inputs import picture, sides

if TYPE_CHECKING:
    import keras

SMALLEST = 32
"""Keras's limit for both sides: the picture is halved five times."""


@dataclass(frozen=True)
class MobileNet(Architecture):
    """The networks for pictures on telephones, from keras.applications, without weights: they learn from the start.

    Howard et al., "MobileNets", arXiv:1704.04861, 2017; Sandler et al., "MobileNetV2", CVPR 2018; Howard et al.,
    "Searching for MobileNetV3", ICCV 2019.
    """

    version: Annotated[str, Choice(("v1", "v2", "v3_small", "v3_large"), search=("v1", "v2", "v3_small")), "which"] = (
        "v2"
    )
    width: Annotated[float, Choice((0.25, 0.5, 0.75, 1.0), search=(0.25, 0.5)), "times the channels of the paper"] = (
        0.25
    )
    pooling: Annotated[str, Choice(("avg", "max")), "how what is left of the picture becomes one"] = "avg"

    def check(self, input_shape: Shape) -> None:
        """Refuse features that are too small for five halvings."""
        frames, bins, _ = sides(input_shape)
        if min(frames, bins) < SMALLEST:
            raise Infeasible(
                f"mobilenet needs at least {SMALLEST} frames and {SMALLEST} bins; got {frames} frames × {bins} bins"
            )

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """The network without its head → dropout → logits."""
        import keras

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        x = adapted(self._without_head(sides(input_shape)), self)(picture(inputs))
        x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(inputs, logits(self, x, outputs), name="mobilenet")

    def _without_head(self, shape: Shape) -> Any:
        from keras import applications

        known = {
            "v1": applications.MobileNet,
            "v2": applications.MobileNetV2,
            "v3_small": applications.MobileNetV3Small,
            "v3_large": applications.MobileNetV3Large,
        }
        given = {"include_preprocessing": False} if self.version.startswith("v3") else {}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This model usually expects 1 or 3 input channels", UserWarning)
            return known[self.version](
                input_shape=shape, alpha=self.width, include_top=False, weights=None, pooling=self.pooling, **given
            )
