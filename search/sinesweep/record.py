"""Record: what a study holds, to be read while it runs and afterwards. `bind`, `wish` and `set_aside` write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from pydantic import TypeAdapter, ValidationError

from sinesweep.continuing import Wish, to_note, unmet
from sinesweep.errors import SweepError
from sinesweep.storage import load_study
from sinesweep.sweep import Sweep
from sinesweep.trial import Result, State, Trial

RESULT, TRIAL, FIRST, SEED, UNTIL = "result", "trial", "first", "seed", "until"
ACCUMULATE, LOST, STARTED, ASIDE = "accumulate", "lost", "started", "aside"
SECONDS, BASELINE, SPLIT, WISHES, PLUGINS = "search_seconds", "baseline", "split", "wishes", "plugins_aside"
"""The attributes that Sinesweep writes beside Optuna's own. `ASIDE` marks trials that lie outside of an extended space;
`PLUGINS` names the plugins that failed too often."""

GOES_ON = (State.INTERRUPTED, State.PAUSED)
"""Ends after which a trial may go on, under another number."""

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
        """How many trials workers have, as far as the storage knows."""
        asked = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return sum(STARTED in trial.user_attrs for trial in asked)

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

    def set_aside(self, plugins: Mapping[str, tuple[str, str]]) -> None:
        """Notes which plugins the search does without, each with the reason and the name of its sources."""
        self._study.set_user_attr(PLUGINS, {name: list(each) for name, each in plugins.items()})

    def plugins_aside(self) -> dict[str, tuple[str, str]]:
        """What `set_aside` has noted last."""
        return {name: (why, source) for name, (why, source) in self._study.user_attrs.get(PLUGINS, {}).items()}

    def wish(self, wishes: Iterable[Wish]) -> None:
        """Notes which finished trials shall be trained longer or again, beside those that were wanted before."""
        before = self.wishes()
        if new := to_note(wishes, before, self.results()):
            self._study.set_user_attr(WISHES, [list(astuple(each)) for each in (*before, *new)])

    def wishes(self) -> list[Wish]:
        """All that was ever wanted so; what had failed and was wanted again stands there twice."""
        return [Wish(*each) for each in self._study.user_attrs.get(WISHES, [])]

    def unmet(self) -> list[Wish]:
        """What is wanted so and has not come to its end, whether it runs or not."""
        wishes = self.wishes()
        return unmet(wishes, self.results()) if wishes else []

    def results(self) -> list[Result]:
        """Every trial that has ended, by number; one that was paused or interrupted as long as it has not gone on."""
        last = set(self._last().values())
        return [each for each in self._ended() if each.state not in GOES_ON or each.trial.number in last]

    def stretches(self) -> list[Result]:
        """Every end of a trial, by number, those after which it went on among them."""
        return self._ended()

    def spent(self) -> set[int]:
        """The origins of all trials that count against the budget, those that were paused and go on now among them."""
        return {result.trial.origin for result in self._ended() if result.spent}

    def went_on_as(self, number: int) -> int | None:
        """The last number under which a trial went on; None where it did not, or there is no such trial."""
        trials = self._study.get_trials(deepcopy=False)
        if not 0 <= number < len(trials) or TRIAL not in trials[number].user_attrs:
            return None
        last = self._last()[_origin(trials[number])]
        return last if last != number else None

    def _ended(self) -> list[Result]:
        stored = [trial.user_attrs.get(RESULT) for trial in self._study.get_trials(deepcopy=False)]
        return [result_from_json(result) for result in stored if result]

    def _last(self) -> dict[int, int]:
        """By origin, the number under which a trial was tried last."""
        trials = self._study.get_trials(deepcopy=False)
        return {_origin(trial): trial.number for trial in trials if TRIAL in trial.user_attrs}


def _origin(frozen: FrozenTrial) -> int:
    first: int | None = frozen.user_attrs[TRIAL]["first"]
    return frozen.number if first is None else first


def result_to_json(result: Result) -> dict[str, Any]:
    """A result as plain JSON."""
    plain: dict[str, Any] = _RESULTS.dump_python(result, mode="json")
    return plain


def result_from_json(plain: Any) -> Result:
    """A result from what `result_to_json` made; raises SweepError where another version made it otherwise."""
    try:
        return _RESULTS.validate_python(plain)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SweepError(
            f"a result in the study's storage cannot be read: {where}: {first['msg']}. Another version of Sinesweep"
            " wrote it; read this sweep with that one, or begin a new sweep"
        ) from None


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """A trial as plain JSON."""
    plain: dict[str, Any] = _TRIALS.dump_python(trial, mode="json")
    return plain


def trial_from_json(plain: Any) -> Trial:
    """A trial from what `trial_to_json` made."""
    return _TRIALS.validate_python(plain)
