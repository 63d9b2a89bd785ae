"""NSynth, and other folders with an `examples.json`: notes of instruments."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep_plugins.datasets._files import check_folder, table_of, text_of
from sinesweep_plugins.datasets._parts import part_named, unless_alone
from sinesweep_plugins.datasets._tables import check_there

FILE = "examples.json"
TELLING = {"pitch": "pitch", "velocity": "loudness"}
"""What a key of a note tells, where it is the label."""


@dataclass(frozen=True)
class NSynth(DatasetReader):
    """NSynth (J. Engel and others, 2017): `nsynth-train`, `-valid`, `-test`, each with `examples.json` and `audio/`.

    The published parts become the folds train, validation and test; the instrument is the group. Any folder of that
    form can be read: the JSON file holds, by the name of each sound, what is known of it.
    """

    path: Annotated[str, "the folder that holds the parts, or one part"]
    label: Annotated[str, "what the class is: a key of every note, such as instrument_source_str or pitch"] = (
        "instrument_family_str"
    )
    group: Annotated[str, "what is never divided: a key of every note"] = "instrument_str"

    def tells(self) -> frozenset[str]:
        """The pitch or the loudness of a note, where that is the label."""
        return frozenset({TELLING[self.label]} if self.label in TELLING else ())

    def read(self) -> Dataset:
        """Every note of every part that is there."""
        root = check_folder(self.path)
        parts = [root] if (root / FILE).is_file() else sorted(file.parent for file in root.glob(f"*/{FILE}"))
        if not parts:
            raise DatasetError(f"{root} is not NSynth: there is no {FILE} in it or in a folder in it")
        return table_of("nsynth", unless_alone(clip for part in parts for clip in self._clips(part)))

    def _clips(self, part: Path) -> Iterable[Clip]:
        notes = _notes(part / FILE)
        sounds = [part / "audio" / f"{name}.wav" for name in notes]
        check_there(sounds, part / FILE)
        for sound, (name, note) in zip(sounds, notes.items(), strict=True):
            for setting, key in (("label", self.label), ("group", self.group)):
                if key not in note:
                    raise DatasetError(
                        f"data.{setting}: {part / FILE}: note '{name}' has no '{key}'.{did_you_mean(key, note)}"
                    )
            yield Clip(str(sound), str(note[self.label]), str(note[self.group]), part_named(part.name))


def _notes(file: Path) -> dict[str, dict[str, Any]]:
    try:
        notes = json.loads(text_of(file))
    except ValueError as reason:
        raise DatasetError(f"{file}: expected JSON: {reason}") from None
    if not isinstance(notes, dict) or not all(isinstance(note, dict) for note in notes.values()):
        raise DatasetError(f"{file}: expected an object with an object for each note")
    return notes
