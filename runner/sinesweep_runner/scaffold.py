"""A new plugin's project: it installs, is found, and passes its suite as it is written."""

from __future__ import annotations

import keyword
import re
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from sinesweep import registry
from sinesweep.contract import CONTRACT
from sinesweep.errors import PluginError, UserError
from sinesweep_runner.catalogue import check_kind

USAGES = {
    "features": "features: [{{name}}, log_mel]",
    "augmentations": "augmentations: [{{name}}]",
    "architectures": "architectures: [{{name}}, cnn]",
    "losses": "losses: [{{name}}, cross_entropy]",
    "datasets": "data: {reader: {{name}}, path: recordings}",
    "baselines": "baseline: {{name}}",
}
"""How a sweep file names a plugin."""

SUITES = {
    "features": "FeaturesSuite",
    "augmentations": "AugmentationSuite",
    "architectures": "ArchitectureSuite",
    "losses": "LossSuite",
    "datasets": "DatasetSuite",
    "baselines": "BaselineSuite",
}

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""Of such names, and no others, pip and the build make the same."""

OTHERWISE_IN_YAML = ("null", "true", "false")
"""Words by which a sweep file means a value."""

LONGEST = 60
"""Characters of a name; it stands twice in the paths of its project, and file systems have limits."""

IMPORT = re.compile(r"^\s*(?:from \S+ )?import (.+)$", re.MULTILINE)


def new_plugin(kind: str, name: str, parent: Path) -> Path:
    """Writes the project of a new plugin below `parent` and returns its folder.

    Raises:
        PluginError: there is no such kind, the name is no name for a project, or a plugin or module has it already.
        UserError: the folder is there already, or cannot be written.
    """
    check_kind(kind)
    _check_name(name)
    words = _words(kind, name)
    folder = parent / words["project"]
    try:
        if folder.exists():
            raise UserError(f"{folder} is there already; choose another name, or remove it first")
        for place, template in _templates(kind, words):
            place = folder / place
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_filled(template.read_text(encoding="utf-8"), words), encoding="utf-8")
    except OSError as reason:
        raise UserError(f"{folder} cannot be written: {reason.strerror}; choose another folder with --out") from None
    return folder


def _check_name(name: str) -> None:
    if keyword.iskeyword(name):
        raise PluginError(
            f"'{name}' cannot name a module: it is a word of Python; expected one that is not, such as {name}_plugin"
        )
    if name in OTHERWISE_IN_YAML:
        raise PluginError(
            f"'{name}' cannot name a plugin: it is a value in a sweep file; expected a word that is not, such as"
            f" {name}_plugin"
        )
    if not NAME.fullmatch(name):
        raise PluginError(
            f"'{name}' cannot name a module and its project: expected words of small letters and digits, a letter"
            " first, with single _ between them, such as spectral_tilt"
        )
    if len(name) > LONGEST:
        raise PluginError(f"'{name[:LONGEST]}…' is {len(name)} characters long; expected at most {LONGEST}")
    for listed in (each for kind in registry.KINDS for each in registry.listing(kind)):
        if listed.name == name:
            raise PluginError(f"{listed.distribution} has a plugin '{name}' among {listed.kind}; choose another name")
    for module in (name, _package(name)):
        spec = find_spec(module)
        if spec is not None and spec.origin is not None:  # a folder that merely bears the name has none
            raise PluginError(f"'{module}' is a module that is installed here ({spec.origin}); choose another name")


def _package(name: str) -> str:
    return f"sinesweep_{name}"


def _words(kind: str, name: str) -> dict[str, str]:
    """What stands for {{…}} in a template."""
    words = {
        "kind": kind,
        "name": name,
        "module": f"{name}_plugin" if f"{name}.py" in _in(kind) else name,
        "Class": _class(kind, name),
        "Suite": SUITES[kind],
        "project": f"sinesweep-{name.replace('_', '-')}",
        "package": _package(name),
        "contract": str(CONTRACT),
        "version": version("sinesweep"),
        "required": " --set path=FOLDER" if kind == "datasets" else "",
    }
    return words | {"usage": _filled(USAGES[kind], words)}


def _class(kind: str, name: str) -> str:
    """A name for the class that none of its files uses for anything else."""
    plain = "".join(part.capitalize() for part in name.split("_"))
    texts = [template.read_text(encoding="utf-8") for template in _of(kind).values()]
    imported = {word for text in texts for line in IMPORT.findall(text) for word in line.split(", ")}
    return f"{plain}Plugin" if plain in imported | {SUITES[kind]} or keyword.iskeyword(plain) else plain


def _of(kind: str) -> dict[str, Traversable]:
    """The templates of a kind by the names of their files; its own come before the common ones."""
    return _in("project") | _in(kind)


def _in(folder: str) -> dict[str, Traversable]:
    root = files("sinesweep_runner") / "templates" / folder
    return {each.name.removesuffix(".txt"): each for each in root.iterdir()}


def _templates(kind: str, words: dict[str, str]) -> list[tuple[Path, Traversable]]:
    """Where each file of the project goes, and what it is made from."""
    package = Path(words["package"])
    places = {
        "plugin.py": package / f"{words['module']}.py",
        "test.py": Path("tests") / f"test_{words['name']}.py",
        "pyproject.toml": Path("pyproject.toml"),
        "README.md": Path("README.md"),
    }
    return [(places.get(name, package / name), template) for name, template in _of(kind).items()]


def _filled(template: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        template = template.replace(f"{{{{{word}}}}}", meaning)
    return template
