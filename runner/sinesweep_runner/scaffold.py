"""A new plugin's project: it installs, is found, and passes its suite as it is written."""

from __future__ import annotations

import keyword
import re
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
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


def new_plugin(kind: str, name: str, parent: Path) -> Path:
    """Writes the project of a new plugin below `parent` and returns its folder.

    Raises:
        PluginError: there is no such kind, the name is no name for a module, or a plugin has it already.
        UserError: the folder is there already, or cannot be written.
    """
    check_kind(kind)
    _check_name(kind, name)
    words = _words(kind, name)
    folder = parent / words["project"]
    if folder.exists():
        raise UserError(f"{folder} is there already; choose another name, or remove it first")
    try:
        for place, template in _templates(kind, words):
            place = folder / place
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_filled(template.read_text(encoding="utf-8"), words), encoding="utf-8")
    except OSError as reason:
        raise UserError(f"{folder} cannot be written: {reason.strerror}; choose another folder with --out") from None
    return folder


def _check_name(kind: str, name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise PluginError(f"'{name}' cannot name a module: expected small letters, digits and _, such as spectral_tilt")
    for listed in registry.listing(kind):
        if listed.name == name:
            raise PluginError(f"{listed.distribution} has a plugin '{name}' among {kind}; choose another name")


def _words(kind: str, name: str) -> dict[str, str]:
    """What stands for {{…}} in a template."""
    words = {
        "kind": kind,
        "name": name,
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "Suite": SUITES[kind],
        "project": f"sinesweep-{name.replace('_', '-')}",
        "package": f"sinesweep_{name}",
        "contract": str(CONTRACT),
        "version": version("sinesweep"),
        "required": " --set path=FOLDER" if kind == "datasets" else "",
    }
    return words | {"usage": _filled(USAGES[kind], words)}


def _templates(kind: str, words: dict[str, str]) -> list[tuple[Path, Traversable]]:
    """Where each file of the project goes, and what it is made from; a kind's own template comes before the common."""
    root = files("sinesweep_runner") / "templates"
    common = {each.name.removesuffix(".txt"): each for each in (root / "project").iterdir()}
    own = {each.name.removesuffix(".txt"): each for each in (root / kind).iterdir()}
    package = Path(words["package"])
    places = {
        "plugin.py": package / f"{words['name']}.py",
        "test.py": Path("tests") / f"test_{words['name']}.py",
        "pyproject.toml": Path("pyproject.toml"),
        "README.md": Path("README.md"),
    }
    return [(places.get(name, package / name), template) for name, template in (common | own).items()]


def _filled(template: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        template = template.replace(f"{{{{{word}}}}}", meaning)
    return template
