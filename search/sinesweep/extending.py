"""Extending: a study of a wider space, with all that an older one has learnt.

Optuna cannot change the options of a choice inside one study. So there is a new one in the same storage, with all
trials of the old one under their numbers. Those whose configurations lie in the new space teach the sampler there; the
others keep their results, and stay out of its sight.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FixedTrial, FrozenTrial, TrialState

from sinesweep.block import Block
from sinesweep.domains import Domain, Scalar
from sinesweep.journal import sync_journal
from sinesweep.picks import suggest
from sinesweep.record import ASIDE, FIRST, TRIAL, trial_from_json
from sinesweep.samplers import SEQUENCES, advance, make_sampler
from sinesweep.space import SearchSpace, inside
from sinesweep.storage import create_study, discard_study, load_study, next_name
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Config
from sinesweep.waiting import POINT

OWN_NOTES = ("cma", "sepcma", "x_for_tell")
"""How the notes of CMA-ES in a trial begin; they are about the old space."""


@dataclass(frozen=True)
class Extension:
    """What became of a study: the sweep as it goes on, and of how many trials the sampler knows or not."""

    sweep: Sweep
    known: int
    aside: int


class _Outside(Exception):
    """A configuration does not lie in a space."""


def extend_study(old: Sweep, new: Sweep, storage: str) -> Extension:
    """Makes the study of the wider sweep; the old one stays as it is, and nobody needs it any more.

    Whoever runs the sweep must be alone. As long as nothing but the storage says so, the old study is the sweep's.

    Raises:
        SweepError: as `Study` does.
    """
    Study(old, storage, resume=True)  # so that no trial stays RUNNING
    source = load_study(old, storage)
    # The points to try first stand in the study.
    sweep = new.model_copy(update={"study": next_name(old), "enqueue": []})
    discard_study(sweep, storage)  # of an extension that was cut off
    target, space = create_study(sweep, storage), sweep.space()
    trials = source.get_trials(deepcopy=False)
    configs = {trial.number: trial.user_attrs[TRIAL]["config"] for trial in trials if TRIAL in trial.user_attrs}
    carried = [_carried(trial, space, configs) for trial in trials]
    target.add_trials(carried)
    for name, value in source.user_attrs.items():
        target.set_user_attr(name, value)
    if sweep.search.sampler in SEQUENCES:
        advance(make_sampler(sweep.search, sweep.search.seed), target, len(configs))
    if "://" not in storage:
        sync_journal(Path(storage))
    known = sum(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in carried)
    return Extension(sweep, known, sum(ASIDE in trial.user_attrs for trial in carried))


def point_of(space: SearchSpace, config: Config) -> FixedTrial | None:
    """A configuration as a trial of this space, with its values and their distributions; None where it lies outside."""
    told = dict(_told(space, config))
    fixed = FixedTrial({name: value for name, value in told.items() if isinstance(value, Scalar)})

    def pick(name: str, domain: Domain) -> Scalar:
        if name not in told or not inside(told[name], domain):
            raise _Outside
        return suggest(fixed, name, domain)

    try:
        again = space.suggest(pick)
    except _Outside:
        return None
    return fixed if json.loads(json.dumps(again)) == json.loads(json.dumps(dict(config))) else None


def _told(space: SearchSpace, config: Config) -> Iterator[tuple[str, Any]]:
    """What a configuration says of the dimensions of a space."""
    for key, blocks in space.choices.items():
        chosen = config[key]["name"]
        yield key, chosen
        yield from _told_of(blocks.get(chosen), config[key])
    augmentations = {each["name"]: each for each in config["augmentations"]}
    for option in space.options:
        yield option.block.prefix, option.name in augmentations
        yield from _told_of(option.block, augmentations.get(option.name, {}))
    yield from _told_of(space.fit, config["fit"])


def _told_of(block: Block | None, section: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if block is None:
        return
    for key, setting in block.settings.items():
        if setting.name in section:
            yield f"{block.prefix}.{key}", section[setting.name]


def _carried(old: FrozenTrial, space: SearchSpace, configs: Mapping[int, Config]) -> FrozenTrial:
    """A trial of the old study as one of the new."""
    trial = copy.deepcopy(old)
    trial.system_attrs = {name: note for name, note in old.system_attrs.items() if not name.startswith(OWN_NOTES)}
    if trial.state is TrialState.WAITING:
        return _waiting(trial, space, configs)
    if TRIAL not in old.user_attrs or not trial_from_json(old.user_attrs[TRIAL]).searched:
        return trial
    _restore(trial)
    point = point_of(space, configs[old.number])
    if point is None:
        _set_aside(trial)
    else:
        trial.params, trial.distributions = point.params, point.distributions
    return trial


def _waiting(trial: FrozenTrial, space: SearchSpace, configs: Mapping[int, Config]) -> FrozenTrial:
    """A trial that is to be tried as the new space has it; where that has no place for it, an empty one."""
    fits = not space.check_point(trial.system_attrs[POINT])
    if FIRST in trial.user_attrs:  # the whole configuration has to be the same again
        point = point_of(space, configs[trial.user_attrs[FIRST]])
        fits = point is not None
        trial.system_attrs |= {POINT: {} if point is None else point.params}
    note = {"note": "it waited to be tried when the sweep was extended, and lies outside the new space"}
    return trial if fits else optuna.create_trial(state=TrialState.FAIL, user_attrs=note)


def _set_aside(trial: FrozenTrial) -> None:
    """Takes a trial out of sight of samplers and pruners; what they knew of it is noted, for wider spaces to come."""
    kept = {"state": trial.state.name, "values": trial.values, "notes": trial.system_attrs}
    trial.user_attrs = {**trial.user_attrs, ASIDE: kept}
    trial.values, trial.state = None, TrialState.FAIL
    trial.params, trial.distributions, trial.system_attrs = {}, {}, {}


def _restore(trial: FrozenTrial) -> None:
    """Undoes what an earlier extension has set aside."""
    if ASIDE not in trial.user_attrs:
        return
    kept = trial.user_attrs[ASIDE]
    trial.user_attrs = {name: value for name, value in trial.user_attrs.items() if name != ASIDE}
    trial.state, trial.values, trial.system_attrs = TrialState[kept["state"]], kept["values"], kept["notes"]
