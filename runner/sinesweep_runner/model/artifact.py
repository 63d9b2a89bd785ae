"""Artifact: a trained model as a folder that takes sound and gives answers.

best/
├── model.keras    waveform in, probabilities out; the front end is inside, unless it is computed on the host
├── model.json     rate, length, classes, scores, split, versions, configuration, and the hash of model.keras
└── README.md      the same for people
"""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sinesweep import registry
from sinesweep.configuration import Parts
from sinesweep.contract import HostExtractor
from sinesweep.dataset import Task
from sinesweep.errors import ArtifactError, Infeasible, PluginError
from sinesweep.files import write_atomically
from sinesweep.lengths import Length
from sinesweep.settings import make, settings
from sinesweep.sums import THRESHOLD
from sinesweep.trial import Config
from sinesweep_runner import backend
from sinesweep_runner.model.readme import readme
from sinesweep_runner.training.batches import answers
from sinesweep_runner.training.extraction import extract, in_threads

if TYPE_CHECKING:
    import keras

FORMAT = 1
"""The version of `model.json`. It grows when an older Sinesweep could not read it rightly."""

MODEL, FACTS, README = "model.keras", "model.json", "README.md"

INSIDE = {"features": "features", "architecture": "architectures"}
"""The parts of a configuration whose layers are in the model, and the kinds of their plugins."""


@dataclass(frozen=True)
class Artifact:
    """A model that was read from its folder.

    Attributes:
        facts: all that `model.json` says.
        classes: the classes or labels in the order of the model's outputs; none in regression.
        host: what computes the features that `model` takes; None where `model` takes waveforms.
    """

    folder: Path
    model: keras.Model
    classes: tuple[str, ...]
    length: Length
    facts: Mapping[str, Any]
    host: HostExtractor | None = None

    @property
    def task(self) -> Task:
        """What the model is asked."""
        return Task(self.facts["task"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers that it takes; none where it takes sound."""
        return tuple(self.facts.get("columns", ()))

    @property
    def thresholds(self) -> np.ndarray:
        """From which probability on each label is told, `(labels,)`."""
        return np.asarray(self.facts.get("thresholds") or [THRESHOLD] * len(self.classes))

    @classmethod
    def load(cls, folder: Path | str, *, trust: bool = False) -> Artifact:
        """Reads a model that `save` wrote. Keras' safe mode stays on: nothing in the file is run as code.

        Args:
            folder: where it lies.
            trust: import the classes that it names as `module:Class`, too; an installed plugin needs no such trust.

        Raises:
            ArtifactError: no such folder, a file that is missing, cut off or changed, a plugin that is not installed
                or not trusted, or a model that a newer Sinesweep wrote.
        """
        folder = Path(folder)
        facts = _read_facts(folder)
        _check_hash(folder, facts)
        if not trust:
            _check_trust(folder, facts)
        length = Length(**facts["length"])
        backend.load()
        host = _register_layers(folder, facts, length)
        import keras

        try:
            model = keras.saving.load_model(folder / MODEL, compile=False, safe_mode=True)
        except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as reason:
            wrote = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
            raise ArtifactError(
                f"{folder / MODEL}: Keras {keras.__version__} cannot read it: {reason}\nIt was written with {wrote}"
            ) from reason
        model.jit_compile = backend.compiles()
        return cls(folder, model, tuple(facts["classes"]), length, facts, host)

    def answer(self, waveforms: np.ndarray) -> np.ndarray:
        """Answers `(windows, outputs)` about float32 waveforms `(windows, samples)` at the model's rate, or vectors.

        Raises:
            PluginFault: the host extractor cannot cope with one of them.
        """
        return answers(self.model, self._entries(waveforms), np.arange(len(waveforms)))

    def _entries(self, waveforms: np.ndarray) -> np.ndarray:
        """What the model takes: these waveforms, or their features `(windows, frames, bins)`."""
        host, name = self.host, self.facts["configuration"]["features"]["name"]
        if host is None:
            return waveforms
        return np.concatenate(list(in_threads(lambda wave: extract(host, name, wave[None], self.length), waveforms)))


def save(
    folder: Path,
    model: keras.Model,
    config: Config,
    classes: tuple[str, ...],
    task: Task,
    length: Length,
    facts: Mapping[str, Any],
) -> None:
    """Writes a model whole or not at all; one that lay in `folder` is replaced.

    Args:
        model: float32 waveforms `(batch, length.samples)`, or features of a host extractor `(batch, frames, bins)`,
            → answers `(batch, outputs)`.
        facts: what else `model.json` shall say: `split` and `scores`, perhaps `thresholds` and `columns`.

    Raises:
        ArtifactError: the disk is full, or the folder cannot be written.
    """
    half = folder.with_name(f".{folder.name}.{os.getpid()}.half")
    try:
        half.mkdir(parents=True)
        model.save(half / MODEL)
        written = _facts(config, classes, task, length) | {"sha256": _sha256(half / MODEL)} | dict(facts)
        (half / FACTS).write_text(_json(written), encoding="utf-8")
        (half / README).write_text(readme(written), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        half.replace(folder)
    except OSError as reason:
        raise _unwritable(folder, reason) from reason
    finally:
        shutil.rmtree(half, ignore_errors=True)


def record_scores(folder: Path, part: str, scores: Mapping[str, Any]) -> None:
    """Adds the scores of a part of the data (`validation`, `test`) to the model in `folder`; raises as `save` does."""
    facts = _read_facts(folder)
    facts["scores"] = {**facts.get("scores", {}), part: dict(scores)}
    try:
        write_atomically(folder / FACTS, _json(facts))
        write_atomically(folder / README, readme(facts))
    except OSError as reason:
        raise _unwritable(folder, reason) from reason


def _facts(config: Config, classes: tuple[str, ...], task: Task, length: Length) -> dict[str, Any]:
    front = Parts.of(config).features
    tools = front.tools if isinstance(front, HostExtractor) else ()
    return {
        "format": FORMAT,
        "classes": list(classes),
        "task": task.value,
        "length": dataclasses.asdict(length),
        "takes": "features" if isinstance(front, HostExtractor) else "waveforms",
        "normalisation": config["features"].get("normalisation", "per_bin"),
        "plugins": {section: _origin(kind, config[section]["name"]) for section, kind in INSIDE.items()},
        "configuration": dict(config),
        "versions": backend.versions() | {tool: metadata.version(tool) for tool in tools},
    }


def _origin(kind: str, name: str) -> dict[str, str]:
    listed = next((each for each in registry.listing(kind) if each.name == name), None)
    return {
        "name": name,
        "target": listed.target if listed else name,
        "distribution": listed.distribution if listed else name.partition(":")[0],
    }


def _read_facts(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ArtifactError(f"{folder}: expected the folder of a model, such as sweeps/NAME/best; there is none")
    missing = [name for name in (FACTS, MODEL) if not (folder / name).is_file()]
    if missing:
        raise ArtifactError(
            f"{folder}: expected {MODEL} and {FACTS}; {' and '.join(missing)} missing. Give the folder `best` of a"
            " sweep that has ended, or copy it again"
        )
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        version = int(facts["format"])
    except (ValueError, KeyError, TypeError) as reason:
        raise ArtifactError(f"{folder / FACTS}: expected a model's description; cannot read it: {reason}") from reason
    if version > FORMAT:
        writer = facts.get("versions", {}).get("sinesweep", "?")
        raise ArtifactError(
            f"{folder}: written in format {version} by Sinesweep {writer}; this one reads up to {FORMAT}."
            " Install a newer Sinesweep: pip install -U sinesweep"
        )
    return facts


def _check_hash(folder: Path, facts: Mapping[str, Any]) -> None:
    if _sha256(folder / MODEL) != facts.get("sha256"):
        raise ArtifactError(
            f"{folder / MODEL}: this is not the file that {FACTS} describes; it was cut off or changed. Copy the whole"
            " folder again from where it was written"
        )


def _check_trust(folder: Path, facts: Mapping[str, Any]) -> None:
    """A stranger's model must not choose what is imported here."""
    if own := [name for section, kind in INSIDE.items() for name in _code(kind, facts["configuration"][section])]:
        raise ArtifactError(
            f"{folder}: the model needs {' and '.join(own)}, which belongs to no installed plugin, and would run that"
            " module. If it is your own, say so: sinesweep predict --trust …, or Artifact.load(folder, trust=True)"
        )


def _code(kind: str, config: Mapping[str, Any]) -> list[str]:
    """What a plugin's configuration would import that is not its own: its class, or what a setting of it names."""
    if ":" in config["name"]:
        return [config["name"]]
    try:
        known = settings(registry.load(kind, config["name"])).values()
    except PluginError:  # not installed here: told when it is made
        return []
    marked = [(setting.code, str(config[setting.name])) for setting in known if setting.code and setting.name in config]
    return [named for code, named in marked if code.runs(named)]


def _register_layers(folder: Path, facts: Mapping[str, Any], length: Length) -> HostExtractor | None:
    """Lets the plugins make their layers once: Keras then knows every class that the file may name.

    Returns the front end where it is no part of the model.
    """
    import sinesweep_runner.training.normalisation  # noqa: F401

    try:
        features, architecture = (_plugin(facts, section) for section in INSIDE)
        host = features if isinstance(features, HostExtractor) else None
        if host is None:
            features.layer(length.rate_hz)
        outputs = Task(facts["task"]).outputs(facts["classes"])
        architecture.build(features.shape(length.rate_hz, length.samples), outputs)
    except (PluginError, Infeasible) as reason:
        needed = ", ".join(sorted({each["distribution"] for each in facts["plugins"].values()}))
        raise ArtifactError(f"{folder}: the model needs a plugin from {needed}: {reason}") from reason
    return host


def _plugin(facts: Mapping[str, Any], section: str) -> Any:
    config = facts["configuration"][section]
    settings = {key: value for key, value in config.items() if key != "name"}
    return make(registry.load(INSIDE[section], config["name"]), settings, config["name"])


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False, default=str) + "\n"


def _unwritable(folder: Path, reason: OSError) -> ArtifactError:
    full = reason.errno in (errno.ENOSPC, errno.EDQUOT)
    why = "no space left on the disk; free some" if full else f"{reason.strerror or reason}; choose another folder"
    return ArtifactError(f"{folder}: the model cannot be written: {why}. Nothing half-written was left")
