"""A saved model's plugins: where they come from, whether their code may run, and the layers that Keras must know."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.contract import HostExtractor
from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError, Infeasible, PluginError
from sinesweep.lengths import Length
from sinesweep.settings import make, settings
from sinesweep.trial import Config

INSIDE = {"features": "features", "architecture": "architectures"}
"""The parts of a configuration whose layers are in the model, and the kinds of their plugins."""


def origins(config: Config) -> dict[str, dict[str, str]]:
    """Where the plugins come from whose layers are in a model of this configuration, by its parts."""
    return {section: _origin(kind, config[section]["name"]) for section, kind in INSIDE.items()}


def check_trust(folder: Path, facts: Mapping[str, Any]) -> None:
    """A stranger's model must not choose what is imported here; raises ArtifactError where it would."""
    if own := [name for section, kind in INSIDE.items() for name in _code(kind, facts, section)]:
        raise ArtifactError(
            f"{folder}: the model needs {' and '.join(own)}, which belongs to no installed plugin, and would run that"
            " module. If it is your own, say so: sinesweep predict --trust …, or Artifact.load(folder, trust=True)"
        )


def register_layers(folder: Path, facts: Mapping[str, Any], length: Length) -> HostExtractor | None:
    """Lets the plugins make their layers once: Keras then knows every class that the file may name.

    Returns the front end where it is no part of the model; raises ArtifactError where a plugin is missing.
    """
    import sinesweep_runner.training.normalisation  # noqa: F401
    from sinesweep_runner.training.shapes import shape_of

    try:
        features, architecture = (_plugin(facts, section) for section in INSIDE)
        host = features if isinstance(features, HostExtractor) else None
        if host is None:
            with blaming("features", _name(facts, "features"), "layer"):
                features.layer(length.rate_hz)
        outputs = Task(facts["task"]).outputs(facts["classes"])
        shape = shape_of(features, _name(facts, "features"), length.rate_hz, length.samples)
        with blaming("architecture", _name(facts, "architecture"), "build"):
            architecture.build(shape, outputs)
    except (PluginError, Infeasible) as reason:
        blamed = _blamed(facts, str(reason))
        raise ArtifactError(f"{folder}: {blamed} cannot be made here: {reason}{_remedy(facts)}") from reason
    return host


def _blamed(facts: Mapping[str, Any], reason: str) -> str:
    """The plugins inside a model that a reason names, or else all of them, and whose they are."""
    inside = facts["plugins"].values()
    blamed = [each for each in inside if f"'{each['name']}'" in reason] or inside
    return " or ".join(f"'{each['name']}' from {each['distribution']}" for each in blamed)


def _remedy(facts: Mapping[str, Any]) -> str:
    """What to install, where a distribution is not here, or in another version."""
    lacking = []
    for whose in dict.fromkeys(each["distribution"] for each in facts["plugins"].values()):
        project, _, version = whose.partition(" ")
        if version and _version_here(project) != version:
            lacking.append(f"'{project}=={version}'")
    return f"\nInstall what it was made with: pip install {' '.join(lacking)}" if lacking else ""


def _version_here(project: str) -> str | None:
    try:
        return metadata.version(project)
    except metadata.PackageNotFoundError:
        return None


def _code(kind: str, facts: Mapping[str, Any], section: str) -> list[str]:
    """What a plugin's configuration would import that is not its own: its class, or what a setting of it names."""
    config = facts["configuration"][section]
    if ":" in config["name"]:
        return [config["name"]]
    try:
        known = settings(_class(kind, facts, section)).values()
    except PluginError:  # not installed here: told when it is made
        return []
    marked = [(setting.code, str(config[setting.name])) for setting in known if setting.code and setting.name in config]
    return [named for code, named in marked if code.runs(named)]


def _plugin(facts: Mapping[str, Any], section: str) -> Any:
    name = _name(facts, section)
    given = {key: value for key, value in facts["configuration"][section].items() if key != "name"}
    return make(_class(INSIDE[section], facts, section), given, f"{section}.{name}")


def _class(kind: str, facts: Mapping[str, Any], section: str) -> type[Any]:
    """The class that the plugin of a section had when the model was saved; raises PluginError where it is not here."""
    target = facts["plugins"][section]["target"]
    return registry.load_recorded(kind, _name(facts, section), target)


def _name(facts: Mapping[str, Any], section: str) -> str:
    return str(facts["configuration"][section]["name"])


def _origin(kind: str, name: str) -> dict[str, str]:
    listed = registry.listed(kind, name)
    return {
        "name": name,
        "target": listed.target if listed else name,
        "distribution": listed.distribution if listed else name.partition(":")[0],
    }
