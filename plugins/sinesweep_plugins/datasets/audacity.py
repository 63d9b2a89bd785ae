"""Label tracks of Audacity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Float
from sinesweep.errors import DatasetError
from sinesweep.wording import many
from sinesweep_plugins.datasets._files import check_folder, groups_by, sound_files, table_of, text_of
from sinesweep_plugins.datasets._tables import check_rows


@dataclass(frozen=True)
class Audacity(DatasetReader):
    """Sounds with an exported label track beside each: `dawn.wav` and `dawn.txt`, a line a label: start, end, label.

    Every label is a clip. Clips of one recording stay together. Sounds without a track are left out, with a note.
    """

    path: Annotated[str, "the folder that holds the sounds and their label tracks, at any depth"]
    point_s: Annotated[
        float,
        Float(0.0, 60.0),
        "s",
        "length of the clip around a point label, whose start is its end; 0: none is taken",
    ] = 0.0
    group: Annotated[
        str | None,
        r"regular expression that finds the group in a sound's path below `path`, as its first or `(?P<group>…)` group;"
        " none: the recording is the group",
    ] = None

    def read(self) -> Dataset:
        """All labels of all tracks; every line with a problem is told."""
        root = check_folder(self.path)
        files = sound_files(root)
        tracks = {name: track for name in files if (track := Path(files[name]).with_suffix(".txt")).is_file()}
        if not tracks:
            raise DatasetError(f"{root}: no sound has a label track beside it; expected name.txt beside name.wav")
        groups = groups_by(self.group, list(tracks)) if self.group else {name: name for name in tracks}
        clips: list[Clip] = []
        problems: list[str] = []
        for name, track in tracks.items():
            for number, line in _lines(track):
                try:
                    clips.append(self._clip(files[name], line, groups[name]))
                except ValueError as reason:
                    problems.append(f"{track}, line {number}: {reason}")
        check_rows(problems)
        without = len(files) - len(tracks)
        notes = [f"{many(without, 'sound')} left out: no label track lies beside it"] if without else []
        return table_of(root.name, clips, notes=notes)

    def _clip(self, sound: str, line: str, group: str) -> Clip:
        """One line; raises ValueError with what is wrong in it."""
        start, stop, label = (*line.split("\t", 2), "", "")[:3]
        try:
            # Audacity writes numbers as the person's language does.
            start_s, stop_s = float(start.replace(",", ".")), float(stop.replace(",", "."))
        except ValueError:
            raise ValueError(f"expected start, end and label with tabs between them, got '{line}'") from None
        if not label.strip():
            raise ValueError(f"the label at {start_s:g} s has no text")
        if stop_s == start_s and self.point_s > 0:
            start_s, stop_s = max(0.0, start_s - self.point_s / 2), start_s + self.point_s / 2
        if stop_s == start_s:
            raise ValueError(
                f"'{label}' is a point at {start_s:g} s; set data.point_s to the length of a clip around it"
            )
        if not 0 <= start_s < stop_s < float("inf"):
            raise ValueError(f"'{label}' ends at {stop_s:g} s, before it begins at {start_s:g} s")
        return Clip(sound, label.strip(), group, start_s=start_s, stop_s=stop_s)


def _lines(track: Path) -> Iterable[tuple[int, str]]:
    """The lines that hold labels, numbered; lines that begin with a backslash hold frequencies."""
    for number, line in enumerate(text_of(track).splitlines(), start=1):
        if line.strip() and not line.startswith("\\"):
            yield number, line
