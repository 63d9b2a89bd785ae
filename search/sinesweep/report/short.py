"""Configurations in a few words: `log_mel 64 mels, window 25 ms · cnn 3 blocks · adam 0.002`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sinesweep.contract import Architecture, FeatureExtractor
from sinesweep.fit import Fit
from sinesweep.settings import counting
from sinesweep.trial import Config

UNITS = ("ms", "s", "hz", "db")
COMMON = {field.name for kind in (Architecture, FeatureExtractor) for field in dataclasses.fields(kind)}
"""Settings that all plugins of a kind have; a plugin's own say more, and come first."""

FURTHER = 4
"""So many of the settings are shown at least that are no fields of their plugin, where there is room for any."""


def flat(config: Config) -> dict[str, Any]:
    """A configuration as dotted names and plain values.

    `{"features": {"name": "log_mel", "n_mels": 64}}` → `{"features": "log_mel", "features.log_mel.n_mels": 64}`. The
    names are those of the search space; `augmentations` holds the names that are on, joined by `+`.
    """
    found: dict[str, Any] = {}
    for key, section in config.items():
        parts = _parts(key, section)
        names = [str(part["name"]) for part in parts if "name" in part]
        if names or not parts:
            found[key] = "+".join(names) if names else "none" if section in (None, [], {}) else _exact(section)
        for part in parts:
            prefix = f"{key}.{part['name']}" if "name" in part else key
            found |= {f"{prefix}.{setting}": value for setting, value in part.items() if setting != "name"}
    return found


def varying(configs: Sequence[Config]) -> set[str]:
    """The dotted names whose values are not the same wherever they occur."""
    seen: dict[str, set[str]] = {}
    for config in configs:
        for name, value in flat(config).items():
            seen.setdefault(name, set()).add(json.dumps(value))
    return {name for name, values in seen.items() if len(values) > 1}


def short(config: Config, shown: set[str], most: int | None = None) -> str:
    """What a configuration is, and the settings among `shown`, at most `most` a section."""
    return " · ".join(part for part in _sections(config, shown, most) if part)


def _parts(key: str, section: Any) -> Sequence[Mapping[str, Any]]:
    """A plugin, several plugins, or none: what stands under a key of a configuration, as far as it counts."""
    if isinstance(section, Mapping):
        return [counting(Fit, section) if key == "fit" else section]
    return section if isinstance(section, list | tuple) else []


def _sections(config: Config, shown: set[str], most: int | None) -> Iterator[str]:
    for key, section in config.items():
        if key == "augmentations":
            names = flat(config)[key]
            yield names if key in shown and section else ""
        elif key == "fit":
            rest = {name: value for name, value in section.items() if name not in ("optimizer", "learning_rate")}
            settings = [_optimizer(section, shown), *_settings("fit", rest, shown)]
            yield ", ".join([setting for setting in settings if setting][:most])
        elif isinstance(section, Mapping):
            name = str(section.get("name", key))
            head = name if key != "loss" or key in shown else ""
            settings = list(_settings(f"{key}.{name}", section, shown))[: _most(section, most)]
            yield _words([head or (name if settings else ""), ", ".join(settings)])
        else:
            yield _exact(section)


def _most(section: Mapping[str, Any], most: int | None) -> int | None:
    """How many settings of a plugin are shown: of one with further settings some more, for its name, such as
    `keras_tuner`, says nothing of the network that they make."""
    return max(most, FURTHER) if most and any(map(_is_further, section)) else most


def _is_further(name: str) -> bool:
    """Whether a setting of that name is no field of its plugin, such as `hp.units`."""
    return "." in name


def _settings(prefix: str, section: Mapping[str, Any], shown: set[str]) -> Iterator[str]:
    names = [name for name in section if f"{prefix}.{name}" in shown]
    for name in sorted(names, key=lambda name: (not _is_further(name), name in COMMON)):
        yield _setting(name, section[name])


def _optimizer(fit: Mapping[str, Any], shown: set[str]) -> str:
    """`adam 0.002`: the two that belong together."""
    rate = _value(fit["learning_rate"]) if "fit.learning_rate" in shown else ""
    name = _value(fit["optimizer"]) if rate or "fit.optimizer" in shown else ""
    return _words([name, rate])


def _setting(name: str, value: Any) -> str:
    """`64 mels`, `window 25 ms`, `3 blocks`, `nesterov off`, `dropout 0.2`; of a further setting its own name."""
    name = name.partition(".")[2] or name
    words = name.split("_")
    if isinstance(value, bool):
        return _words([*words, "" if value else "off"])
    if words[0] == "n" and len(words) > 1:
        return _words([_value(value), *words[1:]])
    if words[-1] in UNITS and len(words) > 1:
        return _words([*words[:-1], _value(value), {"hz": "Hz", "db": "dB"}.get(words[-1], words[-1])])
    if isinstance(value, int) and name.endswith("s"):
        return _words([_value(value), *words[:-1], words[-1].removesuffix("s") if value == 1 else words[-1]])
    return _words([*words, _value(value)])


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else _exact(value)


def _exact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _words(words: Sequence[str]) -> str:
    return " ".join(word for word in words if word)
