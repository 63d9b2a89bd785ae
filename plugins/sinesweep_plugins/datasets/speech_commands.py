"""Speech Commands: spoken words."""

from __future__ import annotations

import hashlib
import math
import wave
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Choice, Float
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of, text_of
from sinesweep_plugins.datasets._parts import TEST, TRAIN, VALIDATION

NAME = r"^(?P<word>[^/]+)/(?P<speaker>[^/]+)_nohash_\d+\.wav$"
NOISE, SILENCE, UNKNOWN = "_background_noise_", "_silence_", "_unknown_"
TEN = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
LISTS = {VALIDATION: "validation_list.txt", TEST: "testing_list.txt"}
BUCKETS = 2**27


@dataclass(frozen=True)
class SpeechCommands(DatasetReader):
    """Speech Commands (P. Warden, 2018), version 1 or 2: `WORD/SPEAKER_nohash_N.wav`; the speaker is the group.

    The published parts become the folds train, validation and test: by `validation_list.txt` and `testing_list.txt`,
    or, where these are not there, by the rule that made them. `twelve` is the task of most papers: ten words, silence
    and unknown words. Its silence is cut from the noise recordings: of each the first 80 % train, the next 10 %
    validate and the last 10 % test, in pieces of a second, for the authors publish no such clips.
    """

    labels: ClassVar[frozenset[str]] = frozenset({"speech"})

    path: Annotated[str, "the folder that holds a folder for each word"]
    classes: Annotated[
        str, Choice(("all", "ten", "twelve")), "every word, ten commands, or these with silence and unknown words"
    ] = "all"
    unknown_percent: Annotated[
        float, Float(1.0, 1000.0), "%", "how many unknown words, in percent of the ten commands of the same part"
    ] = 10.0

    def tells(self) -> frozenset[str]:
        """What is said; with `twelve`, also whether anything is."""
        return self.labels | ({"silence"} if self.classes == "twelve" else set())

    def read(self) -> Dataset:
        """The words, and with `twelve` also the headers of the noise recordings, for their lengths."""
        root = check_folder(self.path)
        files, expression = sound_files(root), compiled(NAME, "path")
        noises = [path for name, path in files.items() if name.startswith(f"{NOISE}/")]
        found = {name: expression.search(name) for name in files if not name.startswith(f"{NOISE}/")}
        check_matched([name for name in found if not found[name]], len(found), "path", NAME)
        parts = _parts({name: m["speaker"] for name, m in found.items() if m}, root)
        clips = [Clip(files[n], m["word"], m["speaker"], parts[n]) for n, m in found.items() if m]
        if self.classes == "all":
            return table_of("speech_commands", clips)
        known = [clip for clip in clips if clip.label in TEN]
        if self.classes == "ten":
            return table_of("speech_commands ten", known, TEN)
        unknown = self._some([clip for clip in clips if clip.label not in TEN], known)
        clips = [*known, *unknown, *_silence(noises, root)]
        return table_of("speech_commands twelve", clips, (*TEN, SILENCE, UNKNOWN))

    def _some(self, others: Sequence[Clip], known: Sequence[Clip]) -> Iterable[Clip]:
        """So many other words of every part; which ones hangs on their names alone, so it is the same everywhere."""
        by_part: dict[str, list[Clip]] = defaultdict(list)
        for clip in others:
            by_part[clip.fold].append(replace(clip, label=UNKNOWN))
        for part, clips in by_part.items():
            wanted = math.ceil(self.unknown_percent / 100 * sum(clip.fold == part for clip in known))
            yield from sorted(clips, key=lambda clip: _digest("/".join(Path(clip.path).parts[-2:])))[:wanted]


def part_of(speaker: str) -> str:
    """The part that a speaker belongs to, by the authors' rule: 10 % validate, 10 % test, by the SHA-1 of the name."""
    percent = _digest(speaker) % BUCKETS * 100 / (BUCKETS - 1)
    return VALIDATION if percent < 10 else TEST if percent < 20 else TRAIN


def _digest(name: str) -> int:
    return int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(), 16)


def _parts(speakers: dict[str, str], root: Path) -> dict[str, str]:
    """The part of every file."""
    if not all((root / file).is_file() for file in LISTS.values()):
        return {name: part_of(speaker) for name, speaker in speakers.items()}
    parts = dict.fromkeys(speakers, TRAIN)
    for part, file in LISTS.items():
        parts |= dict.fromkeys(text_of(root / file).split(), part)
    return parts


def _silence(noises: Sequence[str], root: Path) -> Iterable[Clip]:
    """Pieces of a second of the noise recordings."""
    if not noises:
        raise DatasetError(f"data.classes: 'twelve' takes its silence from {root / NOISE}, and there is no sound there")
    for path in noises:
        seconds = int(_duration_s(path))
        for start_s in range(seconds):
            share = (start_s + 0.5) / seconds
            part = TRAIN if share < 0.8 else VALIDATION if share < 0.9 else TEST
            yield Clip(path, SILENCE, Path(path).stem, part, float(start_s), float(start_s + 1))


def _duration_s(path: str) -> float:
    try:
        with wave.open(path) as header:
            return header.getnframes() / header.getframerate()
    except (wave.Error, EOFError, OSError) as reason:
        raise DatasetError(f"{path}: expected a WAV file with 16 bits: {reason}") from None
