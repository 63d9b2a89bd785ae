"""Configurations made real: the plugins that one names, and the baseline that a sweep names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinesweep import registry
from sinesweep.contract import Architecture, Augmenter, Baseline, FrontEnd, Loss
from sinesweep.errors import PluginError
from sinesweep.fit import Fit
from sinesweep.settings import make, settings
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
            PluginError: a plugin or one of its settings is unknown here, or it cannot be made.
        """
        return cls(
            features=_plugin("features", "features", config["features"]),
            architecture=_plugin("architecture", "architectures", config["architecture"]),
            loss=_plugin("loss", "losses", config["loss"]),
            augmentations=tuple(_plugin("augmentation", "augmentations", each) for each in config["augmentations"]),
            fit=make(Fit, config["fit"], "fit"),
        )


def make_baseline(asked: Mapping[str, Mapping[str, Any] | None]) -> Baseline:
    """The one baseline that a sweep names, as `{name: settings}`.

    Raises:
        PluginError: it is unknown or broken, or so is one of its settings; a line each.
    """
    [(name, given)] = asked.items()
    kind, where = registry.load("baselines", name), f"baseline.{name}"
    try:
        baseline: Baseline = make(kind, given or {}, where)
    except PluginError as reason:
        ranged = [key for key, value in (given or {}).items() if _is_range(kind, key, value)]
        if not ranged:
            raise
        way_out = f"{where}: a baseline is not searched; give one value for {', '.join(ranged)}"
        raise PluginError(f"{reason}\n{way_out}") from None
    return baseline


def _is_range(kind: type[Baseline], key: str, value: Any) -> bool:
    """Whether `value` is a range, as a setting that is searched may be given one."""
    setting = settings(kind).get(key)
    return setting is not None and setting.domain is not None and isinstance(value, list | Mapping)


def _plugin(what: str, kind: str, config: dict[str, Any]) -> Any:
    values = {key: value for key, value in config.items() if key != "name"}
    return make(registry.load(kind, config["name"]), values, f"{what}.{config['name']}")
