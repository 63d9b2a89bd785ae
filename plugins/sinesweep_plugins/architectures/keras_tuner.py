"""KerasTuner's hypermodels as architectures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Float, Scalar
from sinesweep.settings import Code, Further, Setting
from sinesweep_plugins.architectures._hyper_space import found_in, hyper_settings

if TYPE_CHECKING:
    import keras

OWN = "sinesweep_plugins.architectures.tuned_cnn:build_model"
"""The hypermodel of a sweep that names none."""


@dataclass(frozen=True)
class KerasTuner(Architecture):
    """Any KerasTuner hypermodel: a `build(hp)` function, a `HyperModel` or its class, with its own search space.

    Its `hp.Int`, `Float`, `Choice`, `Boolean` and `Fixed` become settings named `hp.…`, and a condition of KerasTuner
    becomes a condition of the study. A parameter named `input_shape` is given the shape of the features, one named
    `classes`, `num_classes`, `n_classes` or `outputs` the number of outputs. A network whose shape is fixed is given
    the features as `(frames, bins)`, `(bins, frames)`, either with channels, or flat, whichever it takes. A softmax or
    sigmoid at its end is taken off, so that it ends in logits. Its `compile` and `fit` are not used: `fit` of the sweep
    says how it is trained, and what only sets its optimizer is not searched.
    """

    own_outputs: ClassVar[bool] = True

    dropout: Annotated[float, Float(0.0, 0.9, search=False), "share of units dropped before its last layer"] = 0.0
    l1: Annotated[
        float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3), search=False), "as elsewhere, where it sets none itself"
    ] = 0.0
    l2: Annotated[
        float, Choice((0.0, 1e-6, 1e-5, 1e-4, 1e-3), search=False), "as elsewhere, where it sets none itself"
    ] = 0.0
    regularized: Annotated[
        str, Choice(("kernel", "kernel_bias"), search=False), "what l1 and l2 weigh: kernels, or biases too"
    ] = "kernel"
    hypermodel: Annotated[
        str, Code(trusted=("keras_tuner.applications", "sinesweep_plugins")), "module:name of the hypermodel"
    ] = OWN
    channels: Annotated[
        int, Choice((0, 1, 3), search=False), "channels of the features, all alike; 0: no such axis"
    ] = 1
    hp: Annotated[Mapping[str, Scalar], Further(), "the hypermodel's own hyperparameters"] = field(
        default_factory=dict, hash=False
    )

    @classmethod
    def further(cls, asked: Mapping[str, Any]) -> Mapping[str, Setting]:
        """What the hypermodel asks for; it is built to find out, in a process of its own where Keras is not loaded.

        Raises:
            PluginError: it cannot be imported or built.
        """
        target, channels = asked.get("hypermodel", OWN), asked.get("channels", 1)
        if not (isinstance(target, str) and channels in (0, 1, 3)):
            return {}
        return hyper_settings(found_in(target, channels), prefix="hp.")

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """The hypermodel's network, without the softmax at its end.

        Raises:
            Infeasible: it cannot take features of this shape.
            PluginError: the hypermodel cannot be imported, or makes no model with one input and one output.
        """
        import keras

        from sinesweep_plugins.architectures._hyper_layers import HyperNetwork

        inputs = keras.Input(input_shape)
        return keras.Model(inputs, HyperNetwork.of(self, input_shape, outputs)(inputs), name="keras_tuner")
