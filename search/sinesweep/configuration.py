"""Configurations made real: the plugins that one names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sinesweep import registry
from sinesweep.contract import Architecture, Augmenter, FrontEnd, Loss
from sinesweep.fit import Fit
from sinesweep.settings import make
from sinesweep.trial import Config


@dataclass(frozen=True)
class Parts:
    """The plugins of one configuration."""

    features: FrontEnd
    architecture: Architecture
    loss: Loss
    augmentations: tuple[Augmenter, ...]
    fit: Fit

    @classmethod
    def of(cls, config: Config) -> Parts:
        """Loads and makes them.

        Raises:
            PluginError: a plugin or one of its settings is unknown here.
        """
        return cls(
            features=_plugin("features", config["features"]),
            architecture=_plugin("architectures", config["architecture"]),
            loss=_plugin("losses", config["loss"]),
            augmentations=tuple(_plugin("augmentations", each) for each in config["augmentations"]),
            fit=make(Fit, config["fit"], "fit"),
        )


def _plugin(kind: str, config: dict[str, Any]) -> Any:
    values = {key: value for key, value in config.items() if key != "name"}
    return make(registry.load(kind, config["name"]), values, f"{kind}.{config['name']}")
