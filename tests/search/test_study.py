"""The study asks, judges and is told; its journal is the one truth, and survives what happens to files."""

import json
from pathlib import Path

import optuna
import pytest

from sinesweep import registry
from sinesweep.errors import SweepError
from sinesweep.settings import settings
from sinesweep.storage import mend_journal
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.trial import Cause, Failure, Report, Result, State


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "fit": {"epochs": 9},
        **changes,
    }
    return Sweep.model_validate(document)


def open_study(path, sweep=None, resume=False):
    sweep = sweep or sweep_of()
    return Study(sweep, str(path / "study.journal"), resume=resume)


def complete(trial, value):
    return Result(trial, State.COMPLETE, value=value, metrics={"accuracy": value})


def points(study, count, score=lambda trial: 0.5):
    configs = []
    for _ in range(count):
        trial = study.ask()
        configs.append(trial.config)
        study.tell(complete(trial, score(trial)))
    return configs


def test_results_come_back_as_they_were_told(tmp_path):
    study = open_study(tmp_path)
    trial = study.ask()
    told = Result(
        trial, State.COMPLETE, value=0.75, metrics={"accuracy": 0.75, "loss": 0.5}, seconds=1.5, parameters=10
    )
    study.tell(told)
    assert open_study(tmp_path, resume=True).record.results() == [told]


def test_trial_zero_is_the_baselines(tmp_path):
    study = open_study(tmp_path)
    first = study.ask()
    assert first.number == 1
    baseline = Result(first, State.COMPLETE, value=0.8)
    study.record_baseline(baseline)
    assert open_study(tmp_path, resume=True).record.baseline == baseline


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "nsga2", "cmaes"])
def test_the_same_seed_asks_the_same(tmp_path, sampler):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    sweep = sweep_of(search={"sampler": sampler, "startup_trials": 3})
    one, two = (points(open_study(tmp_path / name, sweep), 8) for name in ("one", "two"))
    assert one == two


def test_points_to_try_first_are_tried_first(tmp_path):
    sweep = sweep_of(enqueue=[{"fit.batch_size": 64}, {"fit.batch_size": 8}])
    study = open_study(tmp_path, sweep)
    assert [study.ask().config["fit"]["batch_size"] for _ in range(2)] == [64, 8]


def test_a_grid_is_gone_through_once(tmp_path):
    study = open_study(tmp_path, grid_of(batch_size=[8, 16], epochs=[1, 2]))
    assert different(points(study, 4)) == 4
    assert study.ask() is None


def test_a_grid_of_one_point_is_tried(tmp_path):
    study = open_study(tmp_path, grid_of(batch_size=8, epochs=1))
    points(study, 1)
    assert study.ask() is None


def test_a_grid_goes_on_where_it_stopped_however_small_its_first_budget_was(tmp_path):
    sweep = grid_of(batch_size=[8, 16], epochs=[1, 2, 3], enqueue=[{"fit.epochs": 2}], budget={"trials": 2})
    tried = points(open_study(tmp_path, sweep), 2)
    lost = open_study(tmp_path, sweep, resume=True).ask()
    resumed = open_study(tmp_path, sweep, resume=True)
    tried += points(resumed, 4)
    assert different(tried) == 6
    assert tried[2] == lost.config
    assert resumed.ask() is None


@pytest.mark.parametrize(
    ("fit", "reason"),
    [
        ({"learning_rate": {"low": 1e-3, "high": 1e-2}}, "continuous ranges; .* for fit.learning_rate"),
        ({"epochs": {"low": 1, "high": 2000}, "patience": {"low": 0, "high": 200}}, "at most 100,000 points"),
    ],
)
def test_a_grid_that_cannot_be_gone_through_leaves_no_study_behind(tmp_path, fit, reason):
    with pytest.raises(SweepError, match=reason):
        open_study(tmp_path, grid_of(**fit))
    open_study(tmp_path)


def grid_of(*, enqueue=(), budget=None, **fit):
    """A sweep by grid in which nothing is searched but what `fit` says."""
    fixed = {
        kind: {name: {key: each.default for key, each in settings(registry.load(kind, name)).items()}}
        for kind, name in (("features", "log_mel"), ("architectures", "mlp"))
    }
    fit = {"learning_rate": 1e-3, "batch_size": 8, "epochs": 9} | fit
    return sweep_of(**fixed, fit=fit, search={"sampler": "grid"}, enqueue=list(enqueue), budget=budget or {})


def different(configs):
    return len({json.dumps(config, sort_keys=True) for config in configs})


def test_a_hopeless_trial_is_told_to_stop_and_later_folds_are_not_judged(tmp_path):
    study = open_study(tmp_path, sweep_of(search={"pruner": "median", "startup_trials": 2}))
    for value in (0.8, 0.9):
        trial = study.ask()
        assert all(study.keep_going(Report(trial.number, 0, epoch, {"accuracy": value})) for epoch in range(1, 5))
        study.tell(complete(trial, value))
    trial = study.ask()
    verdicts = [study.keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.1})) for epoch in range(1, 5)]
    assert verdicts[-1] is False
    assert study.keep_going(Report(trial.number, 1, 4, {"accuracy": 0.1})) is True


def test_a_configuration_that_fails_by_itself_teaches_the_sampler(tmp_path):
    """Told FAIL, TPE would come back to it; a broken constraint it learns."""
    sweep = sweep_of(search={"startup_trials": 10})
    study = open_study(tmp_path, sweep)
    bad = []
    for _ in range(60):
        trial = study.ask()
        broken = trial.config["fit"]["learning_rate"] > 2e-3
        bad.append(broken)
        if broken:
            study.tell(Result(trial, State.FAILED, failure=Failure(Cause.NAN, "loss became NaN")))
        else:
            study.tell(complete(trial, trial.config["fit"]["learning_rate"]))
    assert sum(bad[-30:]) < 20


def test_what_a_dead_driver_left_running_is_tried_again(tmp_path):
    study = open_study(tmp_path)
    lost = study.ask()
    again = open_study(tmp_path, resume=True)
    stored = optuna.load_study(
        study_name="test",
        storage=optuna.storages.JournalStorage(
            optuna.storages.journal.JournalFileBackend(str(tmp_path / "study.journal"))
        ),
    )
    assert not [t for t in stored.trials if t.state == optuna.trial.TrialState.RUNNING]
    assert [result.state for result in again.record.results()] == [State.INTERRUPTED]
    assert again.ask().config == lost.config


def test_a_driver_that_dies_before_its_first_trial_loses_neither_the_baselines_place_nor_a_point(tmp_path):
    """The journal is cut after each of its lines: the set-up, and the first trial while it is being asked for."""
    sweep = sweep_of(enqueue=[{"fit.batch_size": size} for size in (64, 8, 16)])
    open_study(tmp_path, sweep).ask()
    journal = tmp_path / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) > 6
    for end in range(1, len(lines) + 1):
        journal.write_bytes(b"".join(lines[:end]))
        resumed = open_study(tmp_path, sweep, resume=True)
        asked = [resumed.ask() for _ in range(3)]
        assert {trial.config["fit"]["batch_size"] for trial in asked} == {64, 8, 16}
        assert min(trial.number for trial in asked) > 0


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_journal_cut_off_in_mid_line_is_mended_and_goes_on(tmp_path, cut):
    study = open_study(tmp_path)
    points(study, 3)
    journal = tmp_path / "study.journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-cut])
    resumed = open_study(tmp_path, resume=True)
    kept = len(resumed.record.results())
    points(resumed, 2)
    assert len(open_study(tmp_path, resume=True).record.results()) >= kept + 2


def test_a_whole_journal_is_left_as_it_is(tmp_path):
    journal = tmp_path / "study.journal"
    open_study(tmp_path)
    before = journal.read_bytes()
    assert mend_journal(journal) == 0
    assert journal.read_bytes() == before
    assert mend_journal(Path("nowhere")) == 0


def test_a_study_is_not_overwritten_and_not_invented(tmp_path):
    with pytest.raises(SweepError, match="has no trial yet"):
        open_study(tmp_path, resume=True)
    open_study(tmp_path)
    with pytest.raises(SweepError, match="already holds a study named 'test'"):
        open_study(tmp_path)


def test_any_optuna_storage_url_will_do(tmp_path):
    sweep = sweep_of()
    url = f"sqlite:///{tmp_path}/study.db"
    study = Study(sweep, url)
    points(study, 2)
    assert len(Study(sweep, url, resume=True).record.results()) == 2


def test_a_storage_that_does_not_answer_is_a_plain_error():
    sweep = sweep_of()
    with pytest.raises(SweepError, match="cannot be opened"):
        Study(sweep, "sqlite:////nowhere/at/all/study.db")


def test_the_gaussian_process_sampler_says_what_it_needs(tmp_path, monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))
    with pytest.raises(SweepError, match=r"needs torch.*sinesweep\[gp\]"):
        open_study(tmp_path, sweep_of(search={"sampler": "gp"}))
    open_study(tmp_path)  # and has left no study behind


def test_search_time_adds_up_over_resumes(tmp_path):
    study = open_study(tmp_path)
    spent = study.spend()
    assert open_study(tmp_path, resume=True).spend() > spent > 0
