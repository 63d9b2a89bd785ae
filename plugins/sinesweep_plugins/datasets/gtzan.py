"""GTZAN: musical genres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep.wording import many
from sinesweep_plugins.datasets._files import (
    SUFFIXES,
    check_folder,
    check_matched,
    compiled,
    sound_files,
    table_of,
    text_of,
)
from sinesweep_plugins.datasets._parts import part_named, unless_alone

NAME = r"(?:^|/)(?P<song>(?P<genre>[a-z]+)\.\d{5})\.\w+$"
BROKEN = "jazz.00054"
BEGINNINGS = {".wav": b"RIFF", ".au": b".snd"}


@dataclass(frozen=True)
class GTZAN(DatasetReader):
    """GTZAN (G. Tzanetakis, P. Cook, 2002): 1000 excerpts of 30 s in ten genres, `GENRE.NNNNN.wav` or `.au`.

    Its faults (repeated and mislabelled songs, many songs of one artist) are catalogued by B. L. Sturm, "The GTZAN
    dataset: its contents, its faults", 2013. A split without them needs his or C. Kereliuk's lists: `lists`.
    """

    path: Annotated[str, "the folder that holds a folder for each genre, or one above it"]
    lists: Annotated[
        str | None,
        "a folder with published lists of songs, a song a line: its files *train*.txt, *valid*.txt and *test*.txt"
        " become the folds; or one such file: only its songs are read. Default: all songs, without folds",
    ] = None

    def read(self) -> Dataset:
        """All songs, or those of the lists; `jazz.00054` is left out where its file is damaged, as in some copies."""
        root = check_folder(self.path)
        files, expression = sound_files(root, (*SUFFIXES, ".au")), compiled(NAME, "path")
        found = {name: expression.search(name) for name in files}
        check_matched([name for name in files if not found[name]], len(files), "path", NAME)
        songs = {m["song"]: Clip(files[name], m["genre"]) for name, m in found.items() if m}
        notes = [f"{BROKEN} is left out: its file is damaged"] if _is_damaged(songs) else []
        if notes:
            del songs[BROKEN]
        if self.lists is None:
            return table_of("gtzan", songs.values(), notes=notes)
        listed = {song: part for song, part in _listed(self.lists).items() if not (notes and song == BROKEN)}
        lost = [song for song in listed if song not in songs]
        if lost:
            raise DatasetError(
                f"data.lists: {many(len(lost), 'song')} not in {root}: {lost[0]}.{did_you_mean(lost[0], songs)}"
            )
        clips = [Clip(songs[song].path, songs[song].label, fold=part) for song, part in listed.items()]
        left_out = f"{many(len(songs) - len(clips), 'song')} left out: in none of the lists"
        return table_of("gtzan", unless_alone(clips), notes=[*notes, left_out])


def _is_damaged(songs: Mapping[str, Clip]) -> bool:
    """Whether the song that is broken in some copies does not begin as a sound file does."""
    if BROKEN not in songs:
        return False
    path = Path(songs[BROKEN].path)
    beginning = BEGINNINGS.get(path.suffix.lower(), b"")
    with path.open("rb") as stream:
        return stream.read(len(beginning)) != beginning


def _listed(path: str) -> dict[str, str]:
    """The part of every song in the lists; no part where there is one list only."""
    place = Path(path).expanduser().absolute()
    if place.is_file():
        return dict.fromkeys(_songs(place), "")
    lists = {file: part_named(file.stem) for file in sorted(check_folder(path).glob("*.txt"))}
    parts: dict[str, str] = {}
    for file, part in lists.items():
        for song in _songs(file) if part else ():
            if parts.setdefault(song, part) != part:
                raise DatasetError(f"data.lists: {song} is in the list of {parts[song]} and in that of {part}")
    if not parts:
        raise DatasetError(f"data.lists: {place} has no list of songs; expected *train*.txt, *valid*.txt, *test*.txt")
    return parts


def _songs(file: Path) -> Iterable[str]:
    """`blues.00029` of lines such as `blues/blues.00029.wav`; anything behind a blank is not read."""
    for line in text_of(file).splitlines():
        if words := line.split():
            name = words[0].replace("\\", "/").rsplit("/", 1)[-1]
            yield ".".join(name.split(".")[:2])
