"""Identity: what makes something that a plugin has computed the same tomorrow, in another process."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection
from functools import cache
from typing import Any

from sinesweep.contract import Plugin
from sinesweep.settings import values
from sinesweep.sources import fingerprint, source_files


def identity(plugin: Plugin, leave_out: Collection[str] = ()) -> list[Any]:
    """Plain values that tell a plugin from every other.

    They are its class, its settings without those to `leave_out`, and the code of the modules of its class and of those
    that it inherits from.
    """
    kind, modules = type(plugin), _modules(plugin)
    settings = {name: value for name, value in values(plugin).items() if name not in leave_out}
    return [kind.__module__, kind.__qualname__, settings, [_code(module) for module in modules]]


def surroundings(plugin: Plugin) -> str:
    """Names all code that a plugin may lean on: that of the packages of its class and of those that it inherits from.
    Empty where some of it cannot be read, as in a notebook."""
    return _known_code(tuple(sorted({module.partition(".")[0] for module in _modules(plugin)})))


@cache
def _known_code(packages: tuple[str, ...]) -> str:
    try:
        return fingerprint(packages) if all(map(source_files, packages)) else ""
    except OSError:
        return ""


def _modules(plugin: Plugin) -> list[str]:
    """Those of its class and of the plugins that it inherits from."""
    return list(dict.fromkeys(base.__module__ for base in type(plugin).__mro__ if issubclass(base, Plugin)))


def _code(module: str) -> str:
    try:
        return inspect.getsource(sys.modules[module])
    except (OSError, TypeError, KeyError):  # typed into a notebook
        return ""
