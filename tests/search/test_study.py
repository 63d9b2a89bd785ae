"""The study asks, judges and is told; its journal is the one truth, and survives what happens to files."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from sinesweep import registry
from sinesweep.continuing import Wish
from sinesweep.errors import SweepError
from sinesweep.journal import mend_journal
from sinesweep.samplers import make_sampler
from sinesweep.settings import settings
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


def completed(study):
    return sum(result.state is State.COMPLETE for result in study.record.results())


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


def test_how_often_a_trial_has_lost_its_worker_is_known_to_the_next_driver(tmp_path):
    study = open_study(tmp_path)
    study.again(replace(study.ask(), lost=2))
    assert open_study(tmp_path, resume=True).ask().lost == 2


def test_a_driver_that_dies_while_it_queues_a_trial_queues_it_once(tmp_path):
    """The journal is cut where the trial is queued to be tried again, and its end is not told."""
    study = open_study(tmp_path)
    study.tell(Result(study.ask(), State.INTERRUPTED))
    journal = tmp_path / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    end = next(place for place, line in enumerate(lines) if b'"op_code":6' in line)
    journal.write_bytes(b"".join(lines[:end]))
    resumed = open_study(tmp_path, resume=True)
    assert [resumed.ask().first, resumed.ask().first] == [1, None]


def test_a_trial_that_is_ready_but_with_no_worker_does_not_count_as_running(tmp_path):
    study = open_study(tmp_path)
    study.started(study.ask())
    study.ask()
    assert study.record.running == 1


def test_a_trial_that_failed_when_it_was_trained_longer_is_tried_again_where_that_is_wanted_again(tmp_path):
    study = open_study(tmp_path, sweep_of(budget={"trials": 1}))
    points(study, 1)
    wish = Wish(1, 20)

    def trained_longer():
        study.wish([wish])
        trial = study.ask(fresh=False)
        return trial if trial is not None and trial.continues == 1 else None

    study.tell(Result(trained_longer(), State.FAILED, failure=Failure(Cause.ERROR, "no luck")))
    assert study.ask(fresh=False) is None  # not by itself
    study.tell(complete(trained_longer(), 0.9))
    assert trained_longer() is None  # what is done is done


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
    kept = completed(resumed)
    points(resumed, 2)
    assert completed(open_study(tmp_path, resume=True)) == kept + 2


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
    study.tell(complete(study.ask(), 0.5))
    spent, again = study.spend(), open_study(tmp_path, resume=True)
    again.ask()
    assert again.spend() > spent > 0


def outcome_of(tmp_path, sweep, trials, killed_at=()):
    """What a search of one worker comes to `(configuration, seed)`, whose driver dies at these events.

    A trial is two events: it is asked for, and it ends. The driver dies just after one.
    """
    tmp_path.mkdir()
    study, events, done = open_study(tmp_path, sweep), itertools.count(), []

    def survived():
        return next(events) not in killed_at

    while len(done) < trials:
        trial = study.ask()
        if survived():
            study.tell(complete(trial, trial.config["fit"]["learning_rate"]))
            done.append((trial.config, trial.seed))
            if survived():
                continue
        study = open_study(tmp_path, sweep, resume=True)
    return done


# CMA-ES is not among them: it leaves notes in its own trials, and a trial that is tried again has none.
@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "nsga2"])
def test_a_search_whose_driver_dies_again_and_again_comes_to_what_an_undisturbed_one_does(tmp_path, sampler):
    sweep = sweep_of(search={"sampler": sampler, "startup_trials": 3}, enqueue=[{"fit.batch_size": 64}])
    undisturbed = outcome_of(tmp_path / "whole", sweep, 12)
    assert outcome_of(tmp_path / "cut", sweep, 12, killed_at={0, 1, 4, 5, 9, 14, 15, 20}) == undisturbed


def test_a_sampler_that_is_given_a_new_seed_asks_like_a_new_one(tmp_path, monkeypatch):
    """So a search that goes on in another process goes on as if it were the same."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    sweep = sweep_of(
        features={"log_mel": None, "mfcc": None}, architectures={"mlp": None, "cnn": None}, search={"startup_trials": 3}
    )

    def score(trial):
        return trial.config["fit"]["learning_rate"]

    kept = points(open_study(tmp_path / "one", sweep), 25, score)
    monkeypatch.setattr("sinesweep.study.reseeded", lambda sampler, search, seed: make_sampler(search, seed))
    assert points(open_study(tmp_path / "two", sweep), 25, score) == kept


def test_the_clock_of_a_search_runs_from_its_first_trial_and_not_where_nothing_is_done(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("sinesweep.study.time.monotonic", lambda: now[0])
    study = open_study(tmp_path)
    now[0] += 50  # workers start
    trial = study.ask()
    now[0] += 7
    study.tell(complete(trial, 0.5))
    assert study.spend() == 7
    idle = open_study(tmp_path, resume=True)
    now[0] += 1000
    assert idle.ask(fresh=False) is None
    assert idle.spend() == idle.record.seconds == 7
