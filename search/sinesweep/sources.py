"""Sources: the files that a module comes from, and a name for what stands in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path


def source_files(package: str) -> list[Path]:
    """All Python files of a top-level package; or of the folder of a module that belongs to none, since it may import
    its neighbours. Nothing is imported.

    Empty where there is no file: nothing of that name is found, or it was typed into a session.
    """
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # a session is a module that cannot be found again
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return sorted(file for folder in spec.submodule_search_locations for file in Path(folder).rglob("*.py"))
    if spec.origin is None or not Path(spec.origin).is_file():
        return []
    return sorted(Path(spec.origin).parent.glob("*.py"))


def fingerprint(packages: Iterable[str]) -> str:
    """Names the sources of top-level packages: another name where any file has changed; empty where there is none."""
    files = [file for package in sorted(packages) for file in source_files(package)]
    content = hashlib.sha256()
    for file in files:
        content.update(f"{file.name}\0".encode("utf-8", "surrogateescape"))
        content.update(hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest() if files else ""
