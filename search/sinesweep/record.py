"""Record: what a study holds, to be read while it runs and afterwards. Only `bind` writes."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.trial import TrialState
from pydantic import TypeAdapter

from sinesweep.errors import SweepError
from sinesweep.storage import load_study
from sinesweep.sweep import Sweep
from sinesweep.trial import Result, Trial

RESULT, TRIAL, SECONDS, BASELINE, SPLIT = "result", "trial", "search_seconds", "baseline", "split"
"""The attributes that Sinesweep writes beside Optuna's own."""

_RESULTS, _TRIALS = TypeAdapter(Result), TypeAdapter(Trial)


class Record:
    """The facts of one study."""

    def __init__(self, study: optuna.Study) -> None:
        self._study = study

    @classmethod
    def of(cls, sweep: Sweep, storage: str) -> Record:
        """The record of a sweep; raises SweepError where its storage holds none."""
        return cls(load_study(sweep, storage))

    @property
    def baseline(self) -> Result | None:
        """The baseline's result, once it has run."""
        stored = self._study.user_attrs.get(BASELINE)
        return result_from_json(stored) if stored else None

    @property
    def seconds(self) -> float:
        """Seconds of search that have been written down, over all resumes."""
        return float(self._study.user_attrs.get(SECONDS, 0.0))

    @property
    def running(self) -> int:
        """How many trials are being run, as far as the storage knows."""
        return len(self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)))

    def check_split(self, fingerprint: str) -> None:
        """Sees that the study's scores belong to this split; raises SweepError where they belong to another."""
        bound = self._study.user_attrs.get(SPLIT, fingerprint)
        if bound != fingerprint:
            raise SweepError(
                f"the study '{self._study.study_name}' was made on another split (fingerprint {bound}, here"
                f" {fingerprint}); their scores cannot be compared. Begin a new sweep under another name"
            )

    def bind(self, fingerprint: str) -> None:
        """Ties the study to a split, for `check_split` of later days."""
        self._study.set_user_attr(SPLIT, fingerprint)

    def results(self) -> list[Result]:
        """Every trial that has ended, in the order of their numbers."""
        stored = [trial.user_attrs.get(RESULT) for trial in self._study.get_trials(deepcopy=False)]
        return [result_from_json(result) for result in stored if result]


def result_to_json(result: Result) -> dict[str, Any]:
    """A result as plain JSON."""
    plain: dict[str, Any] = _RESULTS.dump_python(result, mode="json")
    return plain


def result_from_json(plain: Any) -> Result:
    """A result from what `result_to_json` made."""
    return _RESULTS.validate_python(plain)


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """A trial as plain JSON."""
    plain: dict[str, Any] = _TRIALS.dump_python(trial, mode="json")
    return plain


def trial_from_json(plain: Any) -> Trial:
    """A trial from what `trial_to_json` made."""
    return _TRIALS.validate_python(plain)
