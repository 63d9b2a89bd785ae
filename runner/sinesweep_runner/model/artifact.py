"""Artifact: a trained model as a folder that takes sound and gives answers.

best/
├── model.keras    waveform in, probabilities out; the front end is inside, unless it is computed on the host
├── model.json     rate, length, classes, scores, split, versions, configuration, and hashes
└── README.md      the same for people
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sinesweep.contract import HostExtractor
from sinesweep.errors import ArtifactError
from sinesweep.lengths import Length
from sinesweep.wording import brief
from sinesweep_runner import backend
from sinesweep_runner.model.answerer import Stated
from sinesweep_runner.model.facts import MODEL, read_facts
from sinesweep_runner.model.plugins import check_trust, register_layers
from sinesweep_runner.training.batches import answers
from sinesweep_runner.training.extraction import extract, in_threads

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Artifact(Stated):
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
        facts = read_facts(folder)
        if not trust:
            check_trust(folder, facts)
        length = Length(**facts["length"])
        backend.load()
        host = register_layers(folder, facts, length)
        import keras

        try:
            model = keras.saving.load_model(folder / MODEL, compile=False, safe_mode=True)
        except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as reason:
            wrote = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
            raise ArtifactError(
                f"{folder / MODEL}: Keras {keras.__version__} cannot read it: {brief(reason)}"
                f"\nIt was written with {wrote}"
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
        """What the model takes: these waveforms, or their features `(windows, *shape)`."""
        host, name = self.host, self.facts["configuration"]["features"]["name"]
        if host is None:
            return waveforms
        return np.concatenate(list(in_threads(lambda wave: extract(host, name, wave[None], self.length), waveforms)))
