"""Luggage: the person's own modules, which workers on other machines are given.

What is installed has to be installed there too. A plugin that the sweep file names as `module:Class` is not: it lies
beside the sweep, with the modules that it imports.
"""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

Modules = Mapping[str, bytes]
"""Source files by their path below a folder of `sys.path`."""

OURS = ("sinesweep", "sinesweep_plugins", "sinesweep_runner")
INSTALLED = tuple(sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib"))


def own_modules() -> Modules:
    """The source of all modules that are loaded here and installed nowhere; of a package, all its modules."""
    files: dict[str, bytes] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if "." in name or name == "__main__" or name in OURS or not _own(file):
            continue
        entry = Path(str(file))
        found = sorted(entry.parent.rglob("*.py")) if entry.name == "__init__.py" else [entry]
        root = entry.parent.parent if entry.name == "__init__.py" else entry.parent
        files |= {str(each.relative_to(root)): each.read_bytes() for each in found}
    return files


def unpack(modules: Modules) -> None:
    """Makes these modules importable here, where nothing of that name is."""
    if not modules:
        return
    root = Path(tempfile.mkdtemp(prefix="sinesweep-modules-"))
    for name, source in modules.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source)
    sys.path.append(str(root))


def _own(file: str | None) -> bool:
    if file is None or not file.endswith(".py") or not Path(file).is_file():
        return False
    return not file.startswith(INSTALLED) and "site-packages" not in file and "dist-packages" not in file
