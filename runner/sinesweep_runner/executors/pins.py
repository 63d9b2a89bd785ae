"""Pins: the distributions that trials need, each in the version that is installed here.

What came from an index is named with its version. What did not, such as Sinesweep from a clone or a plugin in the
making, is copied as it is installed: its packages, and what it announces about itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sinesweep import registry
from sinesweep_runner import backend
from sinesweep_runner.executors.luggage import OURS

RAY = "ray"
"""What is never pinned, with what it alone needs: the machine has it, and it may not change below it."""

FOR_TRIALS = ("audiomentations",)
"""What trials use of Sinesweep's extras."""

ANNOUNCED = ("METADATA", "entry_points.txt")
"""What is copied of a distribution's own words: its name and version, and its plugins."""


def roots() -> list[Distribution]:
    """Sinesweep, the distributions that bring plugins, the backend, and the extras of trials that are installed."""
    named = (_installed(name) for name in (registry.OURS, backend.distribution_name(), *FOR_TRIALS))
    bringing = (each for each in distributions() if any(e.group.startswith(registry.PREFIX) for e in each.entry_points))
    found = [each for each in named if each is not None]
    known = {_name(each) for each in found}
    return found + [each for each in bringing if _name(each) not in known]


def pinned(of: Iterable[Distribution]) -> dict[str, str]:
    """The version of each distribution from an index that these are or need, by its name; Ray is none of them."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(each, "") for each in of]
    while waiting:
        one, extra = waiting.pop()
        if (_name(one), extra) in seen or _name(one) == RAY:
            continue
        seen.add((_name(one), extra))
        waiting += _needed(one, extra)
        if not _is_copied(one):
            found[_name(one)] = one.version
    return dict(sorted(found.items()))


def copy(of: Iterable[Distribution], folder: Path) -> None:
    """Copies Sinesweep and what else is on no index into a folder, which serves as an entry of `sys.path`."""
    for one in of:
        if not _is_copied(one):
            continue
        announced = folder / f"{_name(one).replace('-', '_')}-{one.version}.dist-info"
        announced.mkdir(parents=True, exist_ok=True)
        for name in ANNOUNCED:
            (announced / name).write_text(one.read_text(name) or "")
        for package in _packages(one):
            _copy_package(package, folder)


def _is_copied(one: Distribution) -> bool:
    """Whether it is Sinesweep, or was installed from a folder or a file, so that no index has it."""
    return _name(one) == registry.OURS or one.read_text("direct_url.json") is not None


def _packages(one: Distribution) -> set[str]:
    """The top-level packages and modules of a distribution; one that was installed to be edited lists none of them."""
    if _name(one) == registry.OURS:
        return set(OURS)
    listed = (file.parts[0] for file in one.files or [] if file.suffix == ".py")
    modules = {name.removesuffix(".py") for name in listed if not name.startswith(("..", "__editable__"))}
    return modules | {entry.module.partition(".")[0] for entry in one.entry_points}


def _copy_package(name: str, folder: Path) -> None:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return
    if spec.submodule_search_locations is None:
        shutil.copy(spec.origin, folder)
        return
    for place in spec.submodule_search_locations:
        shutil.copytree(place, folder / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


def _needed(one: Distribution, extra: str) -> Iterator[tuple[Distribution, str]]:
    """What a distribution requires on this machine, with this extra of it."""
    for line in one.requires or []:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        found = _installed(wanted.name)
        if found is not None:
            yield from ((found, each) for each in ("", *wanted.extras))


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _name(one: Distribution) -> str:
    return canonicalize_name(one.name)
