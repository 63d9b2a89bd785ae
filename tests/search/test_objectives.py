"""Several objectives, limits, plateaus and folds: what a search does with more than one score a trial."""

import math

import optuna
import pytest

from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import SweepError
from sinesweep.limits import OverLimit, check, excess
from sinesweep.objectives import beats, front, values_of
from sinesweep.schema import sweep_schema
from sinesweep.settle import settle
from sinesweep.stopping import Plateau
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import check_document, dump
from sinesweep.trial import Cause, Failure, FoldScore, Report, Result, State, Trial


def document(**changes):
    return {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "fit": {"epochs": 10},
        **changes,
    }


def sweep_of(**changes):
    return Sweep.model_validate(document(**changes))


def open_study(path, resume=False, **changes):
    return Study(sweep_of(**changes), str(path / "study.journal"), resume=resume)


def complete(trial, value, parameters=10, **more):
    return Result(trial, State.COMPLETE, value, {"accuracy": value}, parameters=parameters, **more)


def problems(**changes):
    with pytest.raises(SweepError) as caught:
        check_document(document(**changes))
    return "\n".join(caught.value.problems)


def test_an_objective_that_every_answer_would_meet_is_refused():
    three = Dataset("three", tuple(Clip(f"{name}.wav", name) for name in "abc"), ("a", "b", "c"))
    assert settle(sweep_of(search={"objective": ["top_2_accuracy", "macro_f1"]}), three).search.objective
    with pytest.raises(SweepError, match=r"of 3 classes, top_3_accuracy is the same for every answer; .* or 4"):
        settle(sweep_of(search={"objective": ["accuracy", "top_3_accuracy"]}), three)


def test_one_objective_is_written_as_a_name_and_several_as_a_list():
    one, several = sweep_of(search={"objective": "auc"}), sweep_of(search={"objective": ["auc", "parameters"]})
    assert "objective: auc\n" in dump(one)
    assert (one.search.objective, one.search.objectives) == ("auc", ("auc",))
    assert "objective:\n  - auc\n  - parameters\n" in dump(several)
    assert (several.search.objective, several.search.objectives) == ("auc", ("auc", "parameters"))


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (["accuracy", "paramters"], "no metric or cost named 'paramters'. Did you mean 'parameters'?"),
        ("parameters", "the first objective, so it has to be a metric; 'parameters' is a cost"),
        (["accuracy", "accuracy"], "'accuracy' is named twice"),
        ([], "expected at least one objective"),
    ],
)
def test_what_cannot_be_an_objective_is_told(objective, expected):
    assert expected in problems(search={"objective": objective})


def test_a_sampler_that_knows_one_objective_is_refused():
    assert "cmaes knows one objective" in problems(search={"objective": ["accuracy", "loss"], "sampler": "cmaes"})


def test_limits_are_read_as_people_write_them():
    limits = sweep_of(limits={"parameters": "100k", "multiply_adds": "2.5M", "latency_ms": 20}).limits
    assert limits.asked() == {"parameters": 100_000, "multiply_adds": 2_500_000, "latency_ms": 20}
    assert sweep_of().limits.asked() == {}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"params": 5}, "limits.params: there is no such key. Did you mean 'parameters'?"),
        ({"parameters": "many"}, "limits.parameters: expected a number such as 100000, 100k or 2.5M, got 'many'"),
        ({"parameters": 0}, "limits.parameters: expected more than 0, got 0"),
    ],
)
def test_wrong_limits_are_told_with_the_way_out(limits, expected):
    assert expected in problems(limits=limits)


def test_the_schema_takes_what_the_reader_takes():
    jsonschema = pytest.importorskip("jsonschema")
    schema = sweep_schema()
    good = document(search={"objective": ["accuracy", "parameters"]}, limits={"parameters": "100k", "latency_ms": 5})
    jsonschema.validate(good, schema)
    jsonschema.validate(document(search={"objective": "auc"}), schema)
    for wrong in ({"parameters": "many"}, {"params": 5}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document(limits=wrong), schema)


def test_how_far_a_cost_is_over_its_limit_is_told_in_doublings():
    limits = {"parameters": 100.0, "latency_ms": 20.0}
    assert excess(limits, {"parameters": 400, "latency_ms": 20}) == {"parameters": 2.0}
    check(limits, {"parameters": 100})
    with pytest.raises(OverLimit, match=r"^parameters 48266 is over limits\.parameters 100$"):
        check(limits, {"parameters": 48_266})


def test_the_front_holds_what_nothing_beats():
    points = [(0.9, -100), (0.8, -50), (0.8, -60), (0.7, -50), (0.9, -100), (math.nan, -1)]
    assert front(points) == [True, True, False, False, True, False]
    assert not beats((1, 1), (1, 1))


def test_the_value_comes_first_and_what_is_not_known_is_no_number():
    result = complete(Trial(1, {}, 1), 0.5, parameters=7)
    values = values_of(["accuracy", "parameters", "latency_ms"], result)
    assert values[:2] == [0.5, 7]
    assert math.isnan(values[2])


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "random", "qmc"])
@pytest.mark.parametrize("pruner", ["median", "hyperband", "asha", "none"])
def test_several_objectives_are_searched_with_every_sampler_and_pruner(tmp_path, sampler, pruner):
    """Trials are completed, pruned, refused, and gone on with in another process."""
    search = {"objective": ["accuracy", "parameters"], "sampler": sampler, "pruner": pruner, "startup_trials": 2}
    for resume in (False, True):
        study = open_study(tmp_path, resume, search=search)
        for number in range(15):
            trial = study.ask()
            going = [
                study.keep_going(Report(trial.number, 0, epoch, {"accuracy": 1 / number if number else 1}))
                for epoch in range(1, 5)
            ]
            if number % 5 == 4:
                study.tell(Result(trial, State.INFEASIBLE, failure=Failure(Cause.INFEASIBLE, "no")))
            elif all(going):
                study.tell(complete(trial, 0.5 + number / 100, parameters=100 - number))
            else:
                study.tell(Result(trial, State.PRUNED, value=0.1))
    study = optuna.load_study(study_name="test", storage=_storage(tmp_path))
    assert [each.name for each in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    assert study.best_trials


def test_of_several_objectives_the_first_prunes(tmp_path):
    search = {"objective": ["accuracy", "parameters"], "startup_trials": 2}
    study = open_study(tmp_path, search=search)
    for _ in range(3):
        trial = study.ask()
        history = tuple({"accuracy": 0.9} for _ in range(10))
        assert all(study.keep_going(Report(trial.number, 0, n, each)) for n, each in enumerate(history, 1))
        study.tell(complete(trial, 0.9, folds=(FoldScore({"accuracy": 0.9}, history, 10),)))
    for again in (study, open_study(tmp_path, True, search=search)):
        trial = again.ask()
        verdicts = [again.keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.2})) for epoch in (1, 2)]
        assert verdicts == [True, False]
        again.tell(Result(trial, State.PRUNED, value=0.2))


def test_a_trial_with_augmentations_is_judged_later(tmp_path):
    study = open_study(tmp_path, augmentations={"gain": {"enabled": True}}, search={"startup_trials": 1})
    trial = study.ask()
    assert all(study.keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.9})) for epoch in range(1, 11))
    study.tell(complete(trial, 0.9))
    trial = study.ask()
    assert [study.keep_going(Report(trial.number, 0, epoch, {"accuracy": 0.2})) for epoch in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


def test_a_cost_over_its_limit_teaches_the_sampler_by_how_much(tmp_path):
    study = open_study(tmp_path, limits={"parameters": 100})
    trial = study.ask()
    failure = Failure(Cause.LIMIT, "too large")
    study.tell(Result(trial, State.INFEASIBLE, failure=failure, costs={"parameters": 800}))
    stored = optuna.load_study(study_name="test", storage=_storage(tmp_path)).trials[trial.number]
    assert stored.constraints == {"limits.parameters": 3.0}
    assert stored.state is optuna.trial.TrialState.PRUNED


def folds_of(*scores):
    return tuple({"accuracy": score} for score in scores)


@pytest.mark.parametrize(("count", "ended_by"), [(5, 4), (10, 4), (4, None)])
def test_a_trial_that_is_worse_on_every_fold_is_not_finished(tmp_path, count, ended_by):
    study = open_study(tmp_path)
    best = study.ask()
    scores = folds_of(*(0.8 + n / 100 for n in range(count)))
    study.tell(complete(best, 0.85, folds=tuple(FoldScore(each, (), 1) for each in scores)))
    for again in (study, open_study(tmp_path, True)):
        trial = again.ask()
        worse = folds_of(*(0.5 + n / 90 for n in range(count)))
        ends = [n for n in range(1, count) if not again.keep_going(Report(trial.number, n - 1, 1, {}, worse[:n]))]
        assert next(iter(ends), None) == ended_by
        again.tell(Result(trial, State.PRUNED))


def test_a_trial_that_wins_some_folds_is_finished(tmp_path):
    study = open_study(tmp_path)
    scores = folds_of(0.8, 0.8, 0.8, 0.8, 0.8)
    study.tell(complete(study.ask(), 0.8, folds=tuple(FoldScore(each, (), 1) for each in scores)))
    trial = study.ask()
    mixed = folds_of(0.9, 0.7, 0.9, 0.75)
    assert all(study.keep_going(Report(trial.number, n - 1, 1, {}, mixed[:n])) for n in range(1, 5))


def test_of_several_objectives_no_fold_ends_a_trial(tmp_path):
    study = open_study(tmp_path, search={"objective": ["accuracy", "parameters"]})
    best = folds_of(0.9, 0.9, 0.9, 0.9, 0.9)
    study.tell(complete(study.ask(), 0.9, folds=tuple(FoldScore(each, (), 1) for each in best)))
    assert study.keep_going(Report(study.ask().number, 3, 1, {}, folds_of(0.1, 0.1, 0.1, 0.1)))


def plateau_of(values, **changes):
    results = [complete(Trial(n, {}, 1), value) for n, value in enumerate(values, 1)]
    return Plateau(sweep_of(**changes), results).reached()


def test_a_plateau_is_so_many_trials_without_a_better_one():
    assert plateau_of([0.5, 0.6, 0.6], budget={"plateau": 2}) == ""
    assert plateau_of([0.5, 0.6, 0.6, 0.5], budget={"plateau": 2}) == (
        "2 trials in a row have not brought a better accuracy"
    )
    assert plateau_of([0.5] * 100) == ""


def test_small_steps_count_together():
    budget = {"plateau": 3, "tolerance": 0.02}
    assert plateau_of([0.5, 0.51, 0.52, 0.53, 0.54, 0.55], budget=budget) == ""
    assert plateau_of([0.5, 0.51, 0.515, 0.52], budget=budget).endswith("a better accuracy by more than 0.02")


def test_failures_say_nothing_of_a_plateau_and_pruned_trials_do():
    plateau = Plateau(sweep_of(budget={"plateau": 2}), [complete(Trial(1, {}, 1), 0.5)])
    plateau.ended(Result(Trial(2, {}, 1), State.FAILED))
    plateau.ended(Result(Trial(3, {}, 1), State.PRUNED, value=0.9))
    assert not plateau.reached()
    plateau.ended(Result(Trial(4, {}, 1), State.PAUSED, value=0.9))
    plateau.ended(Result(Trial(5, {}, 1, first=4), State.PAUSED, value=0.9))
    assert plateau.reached()


def test_of_several_objectives_a_plateau_is_a_front_that_does_not_grow():
    search, budget = {"objective": ["accuracy", "parameters"]}, {"plateau": 1}
    growing = [complete(Trial(n, {}, 1), 0.9 - n / 10, 100 - 10 * n) for n in range(1, 5)]
    assert not Plateau(sweep_of(search=search, budget=budget), growing).reached()
    beaten = [*growing, complete(Trial(9, {}, 1), 0.5, 99)]
    assert (
        "anything better in accuracy or parameters" in Plateau(sweep_of(search=search, budget=budget), beaten).reached()
    )


def _storage(path):
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path / "study.journal")))
