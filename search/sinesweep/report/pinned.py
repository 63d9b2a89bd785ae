"""A configuration as a piece of a sweep file that asks for it and for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinesweep import registry
from sinesweep.errors import PluginError
from sinesweep.fit import Fit
from sinesweep.settings import counting
from sinesweep.sweepfile import as_yaml
from sinesweep.trial import Config

KEYS = {"architecture": "architectures", "loss": "losses"}
"""The sweep file's names of what a trial has one of."""


def pinned(config: Config) -> str:
    """The whole configuration as YAML, in the order and the words of a sweep file: all that counts, with its value."""
    return as_yaml({KEYS.get(key, key): _asked(KEYS.get(key, key), section) for key, section in config.items()})


def _asked(kind: str, section: Any) -> Any:
    if kind == "fit":
        return counting(Fit, section)
    if kind == "augmentations":
        return {part["name"]: {"enabled": True} | _settings(kind, part) for part in section}
    return {section["name"]: _settings(kind, section)}


def _settings(kind: str, part: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in part.items() if name != "name"}
    try:
        return counting(registry.load(kind, part["name"]), given)
    except PluginError:  # a report is written without a plugin that is gone, too
        return given
