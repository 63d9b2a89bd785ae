"""Answers as text, CSV, JSON, and label tracks of Audacity: about files, windows, vectors, or segments."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from sinesweep.wording import one_line, printable
from sinesweep_runner.model.segments import Segment
from sinesweep_runner.model.told import OF_TASK, Prediction

Answers = Sequence[Prediction] | Sequence[Segment]


def as_text(answers: Answers) -> str:
    """A line an answer: the file's name, the time, what is told, and once a file what was done to it."""
    width, last, lines = max((len(each.path) for each in answers), default=0), ("", ""), []
    for each in answers:
        note = f"  ({each.note})" if each.note and (each.path, each.note) != last else ""
        lines.append(printable(f"{each.path:<{width}}  {_time(each)}{each}{note}") + "\n")
        last = (each.path, each.note)
    return "".join(lines)


def as_csv(answers: Answers) -> str:
    """A table: path, times, what is told, note, error; of predictions also the probability of each class or label."""
    columns = list(dict.fromkeys(name for each in answers for name in _told(each)))
    classes = list(dict.fromkeys(name for each in answers for name in _probabilities(each) or ()))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", *columns, "note", "error", *(f"p({name})" for name in classes)])
    for each in answers:
        told, surely = _told(each), _probabilities(each) or {}
        shown = ["" if each.failed else _cell(told.get(name, "")) for name in columns]
        writer.writerow([each.path, *shown, each.note, each.error, *(_cell(surely.get(name, "")) for name in classes)])
    return stream.getvalue()


def as_json(answers: Answers) -> str:
    """A JSON list of objects: path, times, what is told, note and error."""
    return json.dumps([_plain(each) for each in answers], indent=2, ensure_ascii=False) + "\n"


def as_audacity(segments: Sequence[Segment]) -> str:
    """A label track: begin and end in seconds, and the label, a line each, with tabs between them."""
    return "".join(
        f"{each.start_s:.6f}\t{each.stop_s:.6f}\t{one_line(each.label)}\n" for each in segments if not each.failed
    )


def _plain(answer: Prediction | Segment) -> dict[str, Any]:
    by_class = _probabilities(answer)
    probabilities = {} if by_class is None else {"probabilities": by_class}
    return {"path": answer.path, **_told(answer), **probabilities, "note": answer.note, "error": answer.error}


def _time(answer: Prediction | Segment) -> str:
    if answer.failed or answer.start_s is None:
        return ""
    return f"{answer.start_s:9.2f} –{answer.stop_s:9.2f} s  "


def _told(answer: Prediction | Segment) -> dict[str, Any]:
    """What an answer says, by the names of its fields; without the probabilities of all classes."""
    if isinstance(answer, Segment):
        names: tuple[str, ...] = ("start_s", "stop_s", "label", "probability")
    else:
        times = () if answer.start_s is None else ("start_s", "stop_s")
        names = (*times, *(name for name in OF_TASK[answer.task] if name != "probabilities"))
    return {name: getattr(answer, name) for name in names}


def _probabilities(answer: Prediction | Segment) -> dict[str, float] | None:
    """By class or label; None where an answer of this kind has none."""
    if isinstance(answer, Segment) or "probabilities" not in OF_TASK[answer.task]:
        return None
    return dict(answer.probabilities)


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return f"{value:.6f}" if isinstance(value, float) else str(value)
