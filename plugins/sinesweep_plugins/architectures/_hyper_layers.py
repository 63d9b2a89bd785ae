"""The network of a hypermodel as one layer, which is saved as a recipe: Keras need not know the classes inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from sinesweep import registry
from sinesweep.contract import Shape
from sinesweep.settings import make, settings, values
from sinesweep_plugins.architectures._hyper_network import network

if TYPE_CHECKING:
    from sinesweep_plugins.architectures.keras_tuner import KerasTuner

PLUGIN = "sinesweep_plugins.architectures.keras_tuner:KerasTuner"
"""By its class: another distribution may have taken its name by the time that a file is read."""

_BUILT: set[str] = set()
"""The hypermodels that this process was asked to build: a file that is read may name them, and no other code."""


@keras.saving.register_keras_serializable(package="sinesweep")
class HyperNetwork(keras.layers.Layer):
    """Features float32 `(batch, *input_shape)` → logits `(batch, outputs)`, by the network of a hypermodel."""

    def __init__(self, plugin: KerasTuner, input_shape: Shape, outputs: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._plugin, self._shape, self._outputs = plugin, tuple(input_shape), outputs
        self.network = network(plugin, self._shape, outputs)
        self.built = True

    @classmethod
    def of(cls, plugin: KerasTuner, input_shape: Shape, outputs: int) -> HyperNetwork:
        """The layer of a plugin, whose hypermodel may be built again from now on; raises as `network` does."""
        _BUILT.add(plugin.hypermodel)
        return cls(plugin, input_shape, outputs)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The logits."""
        return self.network(inputs, training=training)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """`(batch, outputs)`, or what the hypermodel makes of it."""
        return (input_shape[0], *self.network.output_shape[1:])

    def get_config(self) -> dict[str, Any]:
        """The recipe: the plugin's settings, and the shapes."""
        own = {"settings": values(self._plugin), "input_shape": list(self._shape), "outputs": self._outputs}
        return super().get_config() | own

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> HyperNetwork:
        """The layer of a recipe; its weights are those of a new network.

        Raises:
            ValueError: the hypermodel is somebody's code that this process was not asked to run.
        """
        rest, kind = dict(config), registry.load("architectures", PLUGIN)
        plugin = make(kind, rest.pop("settings"), "keras_tuner")
        code = settings(kind)["hypermodel"].code
        if code is not None and code.runs(plugin.hypermodel) and plugin.hypermodel not in _BUILT:
            raise ValueError(
                f"the file needs the hypermodel '{plugin.hypermodel}' and would run that module. If it is your own,"
                " load it as a model of Sinesweep: sinesweep predict --trust …"
            )
        return cls(plugin, rest.pop("input_shape"), rest.pop("outputs"), **rest)
