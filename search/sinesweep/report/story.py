"""Story: everything that one report tells, read once; every form of the report is written from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sinesweep.leaderboard import Leaderboard
from sinesweep.trial import Result

if TYPE_CHECKING:
    from sinesweep.diagnosis import Diagnosis
    from sinesweep.examination import Examination


@dataclass(frozen=True)
class Mistake:
    """One clip that a trial got wrong, to look at and to listen to.

    Attributes:
        clip: its path as it is shown: relative to the data's folder.
        truth, told: the labels, or the values as text.
        probability: what the trial gave to the label it told; in regression, the error.
        audio: the sound as a `data:` URI; None where it is left out or could not be read.
        picture: its features as the network sees them, as a `data:` URI; None likewise.
        note: how the clip was cut, what the picture's axes are, or why sound or picture is not there.
    """

    clip: str
    truth: str
    told: str
    probability: float
    audio: str | None = None
    picture: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Story:
    """What a report tells of one sweep.

    Attributes:
        command: what repeats the sweep, exactly as a person would type it.
        command_in: where, in words; empty where it can be typed anywhere.
        results: every trial that ended, the baseline aside.
        stretches: the same, and every earlier end of those that were paused or interrupted and went on.
        diagnoses: what the curves of a trial say, by its number.
        examinations, mistakes, summaries: of the trials that were looked at closely, by number: what they got right
            and wrong, their worst mistakes, and their networks as text.
        tested: what the trial that the test part was opened for got right and wrong there, and the baseline, 0.
        missing: why parts of the report are not there, a sentence each.
    """

    board: Leaderboard
    command: str = ""
    command_in: str = ""
    results: Sequence[Result] = ()
    stretches: Sequence[Result] = ()
    diagnoses: Mapping[int, Diagnosis] = field(default_factory=dict)
    examinations: Mapping[int, Examination] = field(default_factory=dict)
    mistakes: Mapping[int, Sequence[Mistake]] = field(default_factory=dict)
    summaries: Mapping[int, str] = field(default_factory=dict)
    tested: Mapping[int, Examination] = field(default_factory=dict)
    missing: Sequence[str] = ()
