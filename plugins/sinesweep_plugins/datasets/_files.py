"""Finding sound files, and saying what was found where they are not."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.errors import DatasetError, did_you_mean
from sinesweep.wording import natural

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

RELATIVE = "A relative path counts from the folder of the sweep file."


def check_folder(path: str) -> Path:
    """`path` as an absolute folder.

    Raises:
        DatasetError: there is none; the message names the folder beside it that was perhaps meant.
    """
    folder = Path(path).expanduser().absolute()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise DatasetError(f"{folder} is a file; expected a folder of sounds")
    parent = next(parent for parent in folder.parents if parent.is_dir())
    wanted = folder.relative_to(parent).parts[0]
    siblings = [each.name for each in parent.iterdir() if each.is_dir() and not each.name.startswith(".")]
    guess = did_you_mean(wanted, siblings)
    raise DatasetError(f"there is no folder {folder}. In {parent}: no '{wanted}'.{guess} {RELATIVE}")


def sound_files(folder: Path, suffixes: Sequence[str] = SUFFIXES) -> dict[str, str]:
    """All sound files in a folder and below: the path below it, with `/`, and the whole path.

    Sorted; hidden files and folders are skipped.

    Args:
        folder: where to look.
        suffixes: how the names of sound files end, in lower case.

    Raises:
        DatasetError: the folder is empty, or holds other files only, or a name is not UTF-8.
    """
    found: dict[str, str] = {}
    others: Counter[str] = Counter()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = place[len(str(folder)) :].replace(os.sep, "/").lstrip("/")
        for name in names:
            # Text, not Path: a data set has many thousand files.
            suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
            if name.startswith("."):
                continue
            if suffix in suffixes:
                found[f"{below}/{name}" if below else name] = f"{place}{os.sep}{name}"
            else:
                others[suffix or "no suffix"] += 1
    if not found:
        raise DatasetError(_no_sound(folder, others, suffixes))
    _check_unicode(found)
    return dict(sorted(found.items()))


def text_of(file: Path) -> str:
    """What stands in a list or table in UTF-8, without a byte order mark.

    Raises:
        DatasetError: it cannot be read, or is in another encoding.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as reason:
        raise DatasetError(f"{file} cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError as reason:
        raise DatasetError(
            f"{file}: expected UTF-8, got byte 0x{reason.object[reason.start]:02x} at {reason.start}; save it as UTF-8"
        ) from None


def compiled(pattern: str, setting: str) -> re.Pattern[str]:
    """A regular expression; raises DatasetError where it is none."""
    try:
        return re.compile(pattern)
    except re.error as reason:
        raise DatasetError(f"data.{setting}: not a regular expression: {reason}: {pattern}") from None


def captured(match: re.Match[str], name: str) -> str:
    """What the group `name` caught, or else the first group, or else the whole match."""
    if name in match.re.groupindex:
        return match.group(name) or ""
    return (match.group(1) if match.re.groups else match.group()) or ""


def check_matched(unmatched: Sequence[str], total: int, setting: str, pattern: str) -> None:
    """Raises DatasetError that lists the first of the names that a pattern does not fit."""
    if not unmatched:
        return
    some = "\n  ".join(unmatched[:5])
    more = f"\n  … and {len(unmatched) - 5} more" if len(unmatched) > 5 else ""
    raise DatasetError(
        f"data.{setting}: {len(unmatched)} of {total} files do not match {pattern}\n  {some}{more}\n"
        "The expression is searched in the path below the folder, with / between its parts."
    )


def groups_by(pattern: str, names: Sequence[str]) -> dict[str, str]:
    """The group of every file, found in its name by `data.group`; raises DatasetError where one has none."""
    expression = compiled(pattern, "group")
    found = {name: expression.search(name) for name in names}
    groups = {name: captured(match, "group") if match else "" for name, match in found.items()}
    check_matched([name for name in names if not groups[name]], len(names), "group", pattern)
    return groups


def table_of(
    name: str,
    clips: Iterable[Clip],
    classes: Sequence[str] = (),
    task: Task = Task.CLASSIFICATION,
    notes: Sequence[str] = (),
) -> Dataset:
    """A data set of these clips, sorted by path; the classes are those given, or those found in natural order.

    Raises:
        DatasetError: one piece of sound with two labels.
    """
    ordered = sorted(clips, key=lambda clip: (clip.path, clip.start_s))
    answers: dict[tuple[str, float, float | None], str] = {}
    for clip in ordered:
        answer = _answer(clip)
        before = answers.setdefault((clip.path, clip.start_s, clip.stop_s), answer)
        if before != answer:
            raise DatasetError(f"{clip.path} is listed twice, as '{before}' and as '{answer}': which one is right?")
    if task is not Task.REGRESSION and not classes:
        found = {label for clip in ordered for label in (clip.labels if task is Task.MULTI_LABEL else (clip.label,))}
        classes = sorted(found, key=natural)
    return Dataset(name, tuple(ordered), tuple(classes), task, notes=tuple(notes))


def _answer(clip: Clip) -> str:
    """What a clip is said to be, in words."""
    return clip.label or ", ".join(clip.labels) or ("" if clip.value is None else f"{clip.value:g}")


def _check_unicode(names: Iterable[str]) -> None:
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise DatasetError(f"{name!r}: its name is not valid UTF-8; rename it") from None


def _no_sound(folder: Path, others: Counter[str], suffixes: Sequence[str]) -> str:
    if not others:
        return f"folder {folder} is empty; expected sound files ({', '.join(suffixes)}) in it or below"
    seen = ", ".join(f"{count} × {suffix}" for suffix, count in others.most_common(5))
    return f"folder {folder} holds no sound: found {seen}; expected {', '.join(suffixes)}"
