"""Identity: what makes something that a plugin has computed the same tomorrow, in another process."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from sinesweep.contract import Plugin
from sinesweep.settings import values


def identity(plugin: Plugin, leave_out: Collection[str] = ()) -> list[Any]:
    """Plain values that tell a plugin from every other.

    They are its class, its settings without those to `leave_out`, and the code of the modules of its class and of those
    that it inherits from.
    """
    kind, modules = type(plugin), _modules(plugin)
    settings = {name: value for name, value in values(plugin).items() if name not in leave_out}
    return [kind.__module__, kind.__qualname__, settings, [_code(module) for module in modules]]


def surroundings(plugin: Plugin) -> str:
    """A digest of all code that a plugin may lean on: of every module in the packages of its class and of those that it
    inherits from, or beside a module that is in none. Empty where some of it cannot be read."""
    digests = [_package_code(package) for package in sorted({module.partition(".")[0] for module in _modules(plugin)})]
    return hashlib.sha256("".join(digests).encode()).hexdigest() if all(digests) else ""


@cache
def _package_code(package: str) -> str:
    digest, sources = hashlib.sha256(), sorted(_sources(package))
    try:
        for source in sources:
            digest.update(source.read_bytes())
    except OSError:
        return ""
    return digest.hexdigest() if sources else ""


def _sources(package: str) -> list[Path]:
    module = sys.modules[package]
    if hasattr(module, "__path__"):
        return [source for root in module.__path__ for source in Path(root).rglob("*.py")]
    file = getattr(module, "__file__", None)  # a notebook has none
    return list(Path(file).parent.glob("*.py")) if file else []


def _modules(plugin: Plugin) -> list[str]:
    """Those of its class and of the plugins that it inherits from."""
    return list(dict.fromkeys(base.__module__ for base in type(plugin).__mro__ if issubclass(base, Plugin)))


def _code(module: str) -> str:
    try:
        return inspect.getsource(sys.modules[module])
    except (OSError, TypeError, KeyError):  # typed into a notebook
        return ""
