"""Reading a sweep from a file, checked whole: every problem is found before anything runs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sinesweep.database import check_scheme, has_password
from sinesweep.errors import SweepError
from sinesweep.files import EVERYBODY, OWNER, write_lastingly
from sinesweep.namedplugins import PLUGIN_SECTIONS, mistakable_names, named_twice, plugin_problems
from sinesweep.problems import sentences
from sinesweep.samplerneeds import missing_for
from sinesweep.sweep import Sweep, as_mapping, with_front_end

SQLITE_FILE = re.compile(r"^(sqlite(?:\+\w+)?:///)([^/:?][^?]*)")
"""A database in a file whose path is relative: three slashes and no fourth one."""


def read_sweep(path: Path, overrides: Sequence[str] = ()) -> Sweep:
    """The sweep in a YAML file (1.2: `1e-4` is a number, `on` is a word).

    `data.path`, the `folder` of an augmentation and the file of a SQLite `storage` are taken relative to the file's own
    folder.

    Args:
        path: the file.
        overrides: `key=value` with dotted keys, as `--set` takes them; values are YAML.

    Raises:
        SweepError: all problems at once.
    """
    document = _document(path)
    for each in overrides:
        _set(document, each)
    _anchor(document, path.parent)
    return check_document(document)


def read_begun(path: Path) -> Sweep:
    """The sweep in a file that `dump` wrote, for those who only read its results: none of its plugins has to load.

    Raises:
        SweepError: it is no sweep file.
    """
    try:
        return Sweep.model_validate(_document(path))
    except ValidationError as invalid:
        raise SweepError(*sentences(Sweep, invalid)) from None


def complete(sweep: Sweep, folder: Path) -> Sweep:
    """A sweep that was made in Python, checked as a file is, its paths taken relative to `folder`.

    Raises:
        SweepError: all problems at once.
    """
    # What it leaves open stays open, until its data are known.
    document: dict[str, Any] = json.loads(sweep.model_dump_json(exclude_unset=True, by_alias=True))
    _anchor(document, folder)
    # The front end of vectors stands in it though nobody has named one.
    added = with_front_end({"data": document["data"]})
    return check_document(document, before={"features": added.get("features")})


def override(sweep: Sweep, overrides: Sequence[str]) -> Sweep:
    """The sweep with some keys set anew, paths taken from the working folder; raises SweepError as `read_sweep` does.

    What it asked for before may have become idle: ranges may become narrower. Its plugins are those that it had.
    """
    document = plain(sweep)
    for each in overrides:
        _set(document, each)
    _anchor(document, Path.cwd())
    return check_document(document, asked=[key_of(each) for each in overrides], before=plain(sweep))


def check_document(
    document: Mapping[str, Any], asked: Sequence[str] | None = None, before: Mapping[str, Any] | None = None
) -> Sweep:
    """A sweep from plain data.

    Args:
        asked: the dotted keys that are set now; None for all. A setting among them that can never count is a problem.
        before: a document whose plugins are known; another name that two distributions claim is a problem.

    Raises:
        SweepError: every problem that the whole document has.
    """
    problems: list[str] = []
    sweep: Sweep | None = None
    problems += mistakable_names(document, before or {})
    document = with_front_end(document)
    try:
        sweep = Sweep.model_validate(document)
        problems += _problems_here(sweep, asked)
    except ValidationError as invalid:
        problems += sentences(Sweep, invalid)
    problems += plugin_problems(document, asked)
    if problems or sweep is None:
        raise SweepError(*dict.fromkeys(problems))
    return sweep


def key_of(override: str) -> str:
    """The dotted key of `key=value`; raises SweepError where it has another form."""
    key, equals, _ = override.partition("=")
    if not equals or not key:
        raise SweepError(f"--set {override}: expected key=value, such as --set budget.trials=20")
    return key


def dump(sweep: Sweep) -> str:
    """The sweep as YAML that `read_sweep` takes; defaults are written too, so that another version changes none."""
    return as_yaml(plain(sweep))


def write_sweep(path: Path, sweep: Sweep) -> None:
    """Writes what `dump` gives to a file, whole or not at all; one with a password in it for its owner alone."""
    secret = sweep.storage is not None and has_password(sweep.storage)
    write_lastingly(path, dump(sweep), OWNER if secret else EVERYBODY)


def as_yaml(document: Mapping[str, Any]) -> str:
    """Plain data as YAML, a key a line, in their order."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(dict(document), stream)
    return stream.getvalue()


def plain(sweep: Sweep) -> dict[str, Any]:
    """The sweep as plain data that `check_document` takes, with its defaults."""
    document: dict[str, Any] = json.loads(sweep.model_dump_json(by_alias=True))
    return document


def _problems_here(sweep: Sweep, asked: Sequence[str] | None) -> Iterator[str]:
    """What a sweep of the right form asks for, and cannot have on this machine, or could never count."""
    try:
        if sweep.storage is not None:
            check_scheme(sweep.storage)
    except SweepError as refused:
        yield from refused.problems
    if missing := missing_for(sweep.search.sampler):
        yield f"search.sampler: {missing}"
    budget = sweep.budget
    if budget.tolerance and budget.plateau is None and (asked is None or "budget.tolerance" in asked):
        yield (
            f"budget.tolerance: {budget.tolerance:g} never counts without budget.plateau, which says after how many"
            " trials without anything better to stop; set that too, or leave this out"
        )


def _document(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; raises SweepError where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as reason:
        raise SweepError(f"{path}: the sweep file cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError as reason:
        raise SweepError(f"{path}: the sweep file is not UTF-8 text: {reason.reason} at byte {reason.start}") from None
    document = _parse(text, str(path))
    if not isinstance(document, dict):
        raise SweepError(f"{path}: expected a sweep file (a mapping with name, data, features, …), got {text[:40]!r}")
    return document


def _parse(text: str, where: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SweepError(f"{where}{line}: not valid YAML: {fault.problem or fault.context}") from None
    except YAMLError as fault:
        raise SweepError(f"{where}: not valid YAML: {' '.join(str(fault).split())}") from None


def _set(document: dict[str, Any], override: str) -> None:
    """Sets one dotted key."""
    key, text = key_of(override), override.partition("=")[2]
    *parents, last = key.split(".")
    if parents and parents[0] in (*PLUGIN_SECTIONS, "baseline") and parents[0] in document:
        if twice := named_twice(document):
            raise SweepError(*twice)
        document[parents[0]] = as_mapping(document[parents[0]])
    place: Any = document
    for parent in parents:
        if place.get(parent) is None:
            place[parent] = {}
        place = place[parent]
        if not isinstance(place, dict):
            raise SweepError(f"--set {override}: '{parent}' has no keys of its own; it is {place!r}")
    place[last] = _parse(text, f"--set {override}")


def _anchor(document: dict[str, Any], folder: Path) -> None:
    if isinstance(document.get("storage"), str):
        document["storage"] = SQLITE_FILE.sub(lambda url: url[1] + _whole(url[2], folder), document["storage"])
    data = document.get("data")
    if isinstance(data, dict) and isinstance(data.get("path"), str):
        document["data"] = data | {"path": _whole(data["path"], folder)}
    augmentations = as_mapping(document.get("augmentations"))
    for name, asked in augmentations.items() if isinstance(augmentations, dict) else ():
        if isinstance(asked, dict) and isinstance(asked.get("folder"), str):
            augmentations[name] = asked | {"folder": _whole(asked["folder"], folder)}
            document["augmentations"] = augmentations


def _whole(path: str, folder: Path) -> str:
    """`path` as it is seen from `folder`."""
    return str((folder / Path(path).expanduser()).resolve())
