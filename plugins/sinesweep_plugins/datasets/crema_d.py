"""CREMA-D: emotions in speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Clip, Dataset
from sinesweep.domains import Choice
from sinesweep_plugins.datasets._files import check_folder, check_matched, compiled, sound_files, table_of

EMOTIONS = {"ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happiness", "NEU": "neutral", "SAD": "sadness"}
NAME = (
    rf"(?:^|/)(?P<clip>(?P<actor>\d{{4}})_(?P<sentence>[A-Z]{{3}})_(?P<emotion>{'|'.join(EMOTIONS)})_\w{{1,2}})\.\w+$"
)
BROKEN = ("1064_IEO_DIS_MD", "1064_TIE_SAD_XX", "1076_MTI_NEU_XX", "1076_MTI_SAD_XX")


@dataclass(frozen=True)
class CremaD(DatasetReader):
    """CREMA-D (H. Cao and others, 2014): 91 actors say 12 sentences in six emotions, `ACTOR_SENTENCE_EMOTION_XX.wav`.

    The label is the emotion that was to be acted. Actors and sentences both leak: whoever has heard an actor knows her
    voice. No split is published.
    """

    labels: ClassVar[frozenset[str]] = frozenset({"speaker"})

    path: Annotated[str, "the repository's folder, or its `AudioWAV`"]
    group: Annotated[
        str, Choice(("actor", "sentence")), "what is never divided: the actor, or the sentence that is said"
    ] = "actor"

    def read(self) -> Dataset:
        """The WAV files; the four clips that the authors name as broken (no sound, or all emotions) are left out."""
        root = check_folder(self.path)
        folder = root / "AudioWAV" if (root / "AudioWAV").is_dir() else root
        files, expression = sound_files(folder), compiled(NAME, "path")
        found = {name: expression.search(name) for name in files}
        check_matched([name for name in files if not found[name]], len(files), "path", NAME)
        matches = {name: match for name, match in found.items() if match}
        broken = [match["clip"] for match in matches.values() if match["clip"] in BROKEN]
        clips = [
            Clip(files[name], EMOTIONS[m["emotion"]], group=m[self.group])
            for name, m in matches.items()
            if m["clip"] not in BROKEN
        ]
        notes = [f"left out, for they are broken: {', '.join(sorted(broken))}"] if broken else []
        return table_of("crema_d", clips, notes=notes)
