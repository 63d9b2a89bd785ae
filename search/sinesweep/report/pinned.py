"""A configuration as a piece of a sweep file that asks for it and for nothing else."""

from __future__ import annotations

from typing import Any

from sinesweep.fit import counting
from sinesweep.sweepfile import as_yaml
from sinesweep.trial import Config

KEYS = {"architecture": "architectures", "loss": "losses"}
"""The sweep file's names of what a trial has one of."""


def pinned(config: Config) -> str:
    """The whole configuration as YAML, in the order and the words of a sweep file, every setting with its one value."""
    return as_yaml({KEYS.get(key, key): _asked(key, section) for key, section in config.items()})


def _asked(key: str, section: Any) -> Any:
    if key == "fit":
        return dict(counting(section))
    if key == "augmentations":
        return {part["name"]: {"enabled": True} | _settings(part) for part in section}
    return {section["name"]: _settings(section)}


def _settings(part: Any) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "name"}
