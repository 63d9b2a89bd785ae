"""Who is judged when: at the same epochs, whatever the batch size, and later with augmentations, by every pruner."""

from __future__ import annotations

import optuna
import pytest

from sinesweep.metrics import metric
from sinesweep.promotion import Promotion
from sinesweep.storage import load_study
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Report, Result, State


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "augmentations": {"gain": None},
        "fit": {"epochs": 9},
        "search": {"pruner": "hyperband", "sampler": "random"},
    }
    return Sweep.model_validate(document | changes)


@pytest.fixture
def judged(tmp_path):
    """Trials of 3 epochs, ever worse, by hyperband: of each the configuration, the verdicts, and what is stored."""
    storage = str(tmp_path / "study.journal")
    study = Study(sweep_of(), storage)
    told = []
    for number in range(60):
        trial = study.ask()
        verdicts = []
        while len(verdicts) < 3 and all(verdicts):
            report = Report(trial.number, 0, len(verdicts) + 1, {"accuracy": 0.9 - 0.01 * number})
            verdicts.append(study.keep_going(report))
        state = State.COMPLETE if all(verdicts) else State.PRUNED
        study.tell(Result(trial, state, value=0.9 - 0.01 * number))
        told.append((trial, verdicts))
    stored = load_study(sweep_of(), storage).get_trials(deepcopy=False)
    return [(trial.config, verdicts, stored[trial.number]) for trial, verdicts in told]


def test_hyperband_lets_trials_with_augmentations_off_its_lowest_rung(judged):
    plain, augmented = ([each for each in judged if bool(each[0]["augmentations"]) is on] for on in (False, True))
    assert any(verdicts == [False] for _, verdicts, _ in plain)
    assert all(verdicts[0] for _, verdicts, _ in augmented)
    assert any(verdicts == [True, True, False] for _, verdicts, _ in augmented)


def test_at_each_rung_hyperband_compares_values_of_one_epoch(judged):
    for _, _, stored in judged:
        values = stored.intermediate_values
        rungs = {key: value for key, value in stored.system_attrs.items() if key.startswith("completed_rung_")}
        assert set(rungs.values()) <= {values[epoch] for epoch in (1, 3, 9) if epoch in values}


@pytest.mark.parametrize(
    ("epochs", "plain", "augmented"), [(9, 1, 3), (30, 3, 3), (60, 6, 6), (28, 3, 3), (13, 1, 4), (4, 1, None)]
)
def test_asha_pauses_trials_with_augmentations_after_half_as_many_epochs_again(epochs, plain, augmented):
    """At the next rung, where the lowest is too early; with no other, they are trained to their end."""
    promotion = Promotion(epochs, metric("accuracy"))
    assert promotion.first_rung({"augmentations": [], "fit": {"epochs": epochs}}) == plain
    assert promotion.first_rung({"augmentations": [{"name": "gain"}], "fit": {"epochs": epochs}}) == augmented


def test_trials_of_every_batch_size_are_compared_at_the_same_steps(tmp_path):
    sweep = sweep_of(fit={"epochs": 4, "batch_size": [8, 128], "patience": [0, 3]}, search={"pruner": "median"})
    study = Study(sweep, str(tmp_path / "study.journal"))
    for _ in range(8):
        trial = study.ask()
        assert all(study.keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.5})) for epoch in range(1, 5))
        study.tell(Result(trial, State.COMPLETE, value=0.5))
    stored = load_study(sweep, str(tmp_path / "study.journal")).get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    assert len({trial.params["fit.batch_size"] for trial in stored}) == 2
    assert {tuple(trial.intermediate_values) for trial in stored} == {(1, 2, 3, 4)}
