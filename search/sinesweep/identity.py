"""Identity: what makes something that a plugin has computed the same tomorrow, in another process."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Collection
from typing import Any

from sinesweep.contract import Plugin
from sinesweep.settings import values


def identity(plugin: Plugin, leave_out: Collection[str] = ()) -> list[Any]:
    """Plain values that tell a plugin from every other.

    They are its class, its settings without those to `leave_out`, and the code of the modules of its class and of those
    that it inherits from.
    """
    kind = type(plugin)
    modules = dict.fromkeys(base.__module__ for base in kind.__mro__ if issubclass(base, Plugin))
    settings = {name: value for name, value in values(plugin).items() if name not in leave_out}
    return [kind.__module__, kind.__qualname__, settings, [_code(module) for module in modules]]


def _code(module: str) -> str:
    try:
        return inspect.getsource(sys.modules[module])
    except (OSError, TypeError, KeyError):  # typed into a notebook
        return ""
