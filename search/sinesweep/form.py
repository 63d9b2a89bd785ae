"""The form of a plugin: what a class has to be, before anything of it is made or run."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from sinesweep.blame import nobodys
from sinesweep.contract import (
    CONTRACT,
    Architecture,
    Augmentation,
    Augmenter,
    Baseline,
    DatasetReader,
    FeatureExtractor,
    FrontEnd,
    HostAugmentation,
    HostExtractor,
    Loss,
    Plugin,
)
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.settings import settings
from sinesweep.wording import named

KINDS: dict[str, type[Plugin]] = {
    "features": FrontEnd,
    "augmentations": Augmenter,
    "architectures": Architecture,
    "losses": Loss,
    "datasets": DatasetReader,
    "baselines": Baseline,
}

FORMS: dict[str, tuple[type[Plugin], ...]] = {kind: (base,) for kind, base in KINDS.items()} | {
    "features": (FeatureExtractor, HostExtractor),
    "augmentations": (Augmentation, HostAugmentation),
}
"""The classes that a plugin of a kind inherits from, one of them."""


def problems(kind: str, plugin: Any) -> list[str]:
    """What keeps an object from being a plugin of a kind, a clause each; nothing is made or run."""
    if not (isinstance(plugin, type) and issubclass(plugin, FORMS[kind])):
        expected = " or ".join(f"sinesweep.{form.__name__}" for form in FORMS[kind])
        return [f"it is {plugin!r}; expected a subclass of {expected}"]
    if not dataclasses.is_dataclass(plugin) or "__dataclass_params__" not in vars(plugin):
        return ["it is not a dataclass; put @dataclass(frozen=True) above the class"]
    if not plugin.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return ["it is not frozen; put @dataclass(frozen=True) above the class"]
    if inspect.isabstract(plugin):
        return [f"it does not implement {', '.join(sorted(plugin.__abstractmethods__))}"]
    return _wrong_contract(plugin) or _missing_facts(kind, plugin) or _wrong_settings(plugin)


def docstring(plugin: type[Any]) -> str:
    """What a plugin says of itself, its indentation removed; empty where it says nothing.

    `dataclass` writes the signature of the class where nobody has written a docstring.
    """
    text = inspect.cleandoc(plugin.__doc__ or "")
    return "" if text.startswith(f"{plugin.__name__}(") else text


def _wrong_contract(plugin: type[Plugin]) -> list[str]:
    """What is wrong with the contract that a plugin states."""
    stated: Any = plugin.contract
    if isinstance(stated, bool) or not isinstance(stated, int) or stated < 1:
        return [f"its contract is {stated!r}; expected a whole number such as contract = {CONTRACT}"]
    if stated > CONTRACT:
        return [
            f"it was written for contract {stated}, and this Sinesweep knows those up to {CONTRACT}:"
            " install a newer Sinesweep (pip install -U sinesweep), or an older version of the plugin"
        ]
    return []


def _missing_facts(kind: str, plugin: type[Plugin]) -> list[str]:
    """What its kind wants a plugin to say of itself, such as the `stage` of an augmentation, and it does not."""
    asked = inspect.get_annotations(KINDS[kind])
    return [f"it does not say its {name}" for name in asked if not hasattr(plugin, name)]


def _wrong_settings(plugin: type[Any]) -> list[str]:
    """What is wrong with the fields of a plugin, a clause each."""
    wrong: list[str] = []
    earlier: list[str] = []
    try:
        fields = settings(plugin)
    except PluginError as reason:
        return [str(reason)]
    except nobodys():
        raise
    except BaseException as reason:  # an annotation is code, and may name what is not there
        return [f"its fields cannot be read: {named(reason)}"]
    for setting in fields.values():
        if setting.domain is not None and not setting.required and setting.default not in setting.domain:
            wrong.append(f"the default of '{setting.name}' is {setting.default!r}, outside {setting.domain}")
        for when in setting.when:
            if when.field not in earlier:
                guess = did_you_mean(when.field, earlier)
                wrong.append(f"'{setting.name}' hangs on '{when.field}', which is no field before it.{guess}")
        earlier.append(setting.name)
    return wrong
