"""A sweep file is read whole: every problem at once, in a person's words."""

import importlib.util
import json

import pytest
from ruamel.yaml import YAML

from sinesweep import registry
from sinesweep.errors import SweepError
from sinesweep.schema import sweep_schema
from sinesweep.sweepfile import dump, override, read_sweep

GOOD = """
name: digits
data: {reader: folder, path: sounds}
features: [log_mel, mfcc]
architectures: {cnn: {dropout: {low: 0, high: 0.3}}, mlp: }
augmentations: [gain, mixup: {enabled: true}]
fit: {epochs: 20, learning_rate: {low: 1e-4, high: 1e-2}}
"""


@pytest.fixture
def write(tmp_path):
    (tmp_path / "sounds").mkdir()

    def put(text):
        file = tmp_path / "sweep.yaml"
        file.write_text(text)
        return file

    return put


def problems(write, text, *overrides):
    with pytest.raises(SweepError) as caught:
        read_sweep(write(text), overrides)
    return "\n".join(caught.value.problems)


def test_fifteen_lines_are_a_sweep(write, tmp_path):
    sweep = read_sweep(write(GOOD))
    assert sweep.fit["learning_rate"]["low"] == 1e-4
    assert list(sweep.augmentations) == ["gain", "mixup"]
    assert sweep.data.settings()["path"] == str(tmp_path / "sounds")
    assert sweep.space().choices["architecture"].keys() == {"cnn", "mlp"}


def test_a_database_on_a_server_is_named_as_it_is(write):
    pytest.importorskip("psycopg", reason="sinesweep[postgresql] is not installed")
    url = "postgresql+psycopg://ann@host/studies"
    assert read_sweep(write(GOOD), [f"storage={url}"]).storage == url


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_database_in_a_file_lies_where_the_sweep_file_is(write, tmp_path, scheme):
    read = lambda url: read_sweep(write(GOOD), [f"storage={url}"]).storage  # noqa: E731
    assert read(f"{scheme}:///studies.db") == f"{scheme}:///{tmp_path}/studies.db"
    assert read(f"{scheme}:////elsewhere/studies.db") == f"{scheme}:////elsewhere/studies.db"


def test_a_sweep_survives_being_written_and_read(write, tmp_path):
    sweep = read_sweep(write(GOOD))
    again = tmp_path / "again.yaml"
    again.write_text(dump(sweep))
    assert read_sweep(again) == sweep


def test_a_wrong_form_hides_no_other_problem(write):
    text = problems(
        write,
        """
name: digits
data: {reader: folder, path: sounds}
features: [log_mell]
architectures: {cnn: 3, mlp: {unitz: 2}}
losses: 7
fit: [20]
serch: {seed: 1}
budget: {trials: many}
""",
    )
    for problem in (
        "architectures.cnn: expected keys with values",
        "losses: expected keys with values",
        "serch: there is no such key",
        "budget.trials: expected a whole number",
        "no plugin named 'log_mell' among features. Did you mean 'log_mel'?",
        "architectures.mlp.unitz: there is no such setting",
    ):
        assert problem in text


def test_overrides_reach_any_key_and_are_yaml(write):
    sweep = read_sweep(
        write(GOOD), ["budget.trials=7", "fit.epochs=[5, 9]", "features.log_mel.n_mels=32", "split.folds=3"]
    )
    assert sweep.budget.trials == 7
    assert sweep.fit["epochs"] == [5, 9]
    assert sweep.features["log_mel"] == {"n_mels": 32}
    assert sweep.split.folds == 3
    assert override(sweep, ["budget.trials=9"]).budget.trials == 9


def test_all_problems_come_at_once_with_the_way_out(write):
    text = problems(
        write,
        """
name: digits
data: {reader: foldr, path: sounds}
audio: {rate: 8000}
feature: [log_mel]
features: [log_mell]
architectures: [cnn]
fit: {learning_rate: {low: 0, high: 1}}
search: {objective: acuracy, sampler: bayes}
budget: {trials: 0}
""",
    )
    for expected in (
        "no plugin named 'foldr' among datasets. Did you mean 'folder'?",
        "audio.rate: there is no such key. Did you mean 'rate_hz'?",
        "feature: there is no such key. Did you mean 'features'?",
        "no plugin named 'log_mell' among features. Did you mean 'log_mel'?",
        "fit.learning_rate: expected",
        "search.objective: no metric or cost named 'acuracy'. Did you mean 'accuracy'?",
        "search.sampler: ",
        "budget.trials: ",
    ):
        assert expected in text
    assert "Traceback" not in text


def test_a_setting_that_can_never_count_is_a_problem_among_the_others(write):
    text = problems(
        write,
        GOOD.replace("reader: folder", "reader: foldr").replace("epochs: 20", "optimizer: sgd, weight_decay: 0.001"),
        "architectures.cnn={plan: 16x3, filters: 8}",
    )
    assert "no plugin named 'foldr'" in text
    assert "fit.weight_decay: counts only with optimizer adamw, lion, lamb or muon; in this sweep that is sgd." in text
    assert "architectures.cnn.filters: counts only with plan" in text


def test_ranges_that_become_narrower_may_leave_a_setting_idle_but_none_is_newly_asked_for(write):
    sweep = read_sweep(write(GOOD.replace("epochs: 20", "optimizer: [adam, sgd], momentum: 0.5")))
    narrow = override(sweep, ["fit.optimizer=adam", "features.mfcc.n_mels=40"])
    assert narrow.fit["momentum"] == 0.5
    assert override(narrow, ["budget.trials=9"]).budget.trials == 9
    for asked in ("fit.momentum=0.9", "fit.momentum={low: 0.9}", "fit={optimizer: adam, momentum: 0.9}"):
        with pytest.raises(SweepError, match=r"fit\.momentum: counts only with optimizer sgd, rmsprop or muon"):
            override(narrow, [asked])


def test_a_tolerance_without_the_plateau_that_it_is_for_is_a_problem_where_it_is_asked_for(write):
    assert "budget.tolerance: 0.5 never counts without budget.plateau" in problems(
        write, GOOD, "budget.tolerance=0.5", "budget.trials=9"
    )
    both = read_sweep(write(GOOD), ["budget.tolerance=0.5", "budget.plateau=3"])
    without = override(both, ["budget.plateau=null"])
    assert override(without, ["budget.trials=9"]).budget.tolerance == 0.5


def test_a_sampler_whose_package_is_missing_is_found_before_anything_runs(write, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))
    text = problems(write, GOOD, "search.sampler=gp")
    assert text == "search.sampler: 'gp' needs torch, not installed here: pip install 'sinesweep[gp]'"


def test_an_empty_name_of_a_study_is_told_in_our_words(write):
    assert problems(write, GOOD, "study=''") == "study: expected at least 1 character, got ''"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ray://head:10001", "is an address of Ray Client, which is not used here"),
        ("localhost", "expected auto or HOST:PORT"),
        ("127.0.0.1:99999", "expected a port from 1 to 65535"),
        ("127.0.0.1:0", "expected a port from 1 to 65535"),
    ],
)
def test_an_address_that_no_cluster_can_have_is_found_before_anybody_knocks(write, address, reason):
    assert reason in problems(write, GOOD, f"workers.address='{address}'")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: [", "not valid YAML"),
        ("- a\n- b", "expected a sweep file"),
        ("", "expected a sweep file"),
        ("name: a\nname: b", "not valid YAML"),
        (GOOD.replace("reader: folder, ", ""), "data.reader: missing"),
        (GOOD.replace("path: sounds", "paths: sounds"), "data.paths: there is no such setting. Did you mean 'path'?"),
        (GOOD.replace("name: digits", "name: ../up"), "name: "),
        (GOOD.replace("{epochs: 20,", "{epochs: many,"), "fit.epochs: expected a whole number, got 'many'"),
        (GOOD + "enqueue: [{fit.rate: 1}]", "enqueue[0].fit.rate: not a dimension of this sweep"),
        (GOOD + "enqueue: [{features.mfcc.n_mfcc: 20}]", "n_mfcc: counts only with features: mfcc"),
        (GOOD + "search: {sampler: grid}", "a grid cannot go through continuous ranges; give a value or a list"),
        (GOOD + "workers: {count: 0}", "workers.count: expected at least 1 or 'auto', got 0"),
        (GOOD + "workers: {count: -1}", "workers.count: expected at least 1 or 'auto', got -1"),
        (GOOD + "baseline: swm", "no plugin named 'swm' among baselines. Did you mean 'svm'?"),
        (GOOD + "baseline: {swm: {C: 1}}", "no plugin named 'swm' among baselines. Did you mean 'svm'?"),
        (GOOD + "baseline: {knn: {weight: uniform}}", "baseline.knn.weight: there is no such setting. Did you mean"),
        (GOOD + "baseline: {svm: {C: 0}}", "baseline.svm.C: expected 0.001 … 1000, log, got 0"),
        (GOOD + "baseline: {svm: {C: many}}", "baseline.svm.C: expected a number, got 'many'"),
        (GOOD + "baseline: {svm: {C: [1, 10]}}", "baseline.svm: a baseline is not searched; give one value for C"),
        (GOOD + "baseline: {svm: {C: {low: 1}}}", "baseline.svm: a baseline is not searched; give one value for C"),
        (GOOD + "baseline: {svm: , knn: }", "baseline: expected at most 1, got"),
        (GOOD + "baseline: {}", "baseline: expected at least 1, got none"),
        (GOOD.replace("[log_mel, mfcc]", "[]"), "features: expected at least 1, got none"),
        (GOOD.replace("path: sounds", "path: "), "data.path: expected text, got nothing"),
        (GOOD.replace("name: digits", "name: "), "name: expected text, got nothing"),
        (GOOD.replace("[gain, mixup:", "[gain, gain, mixup:"), "augmentations: 'gain' is named twice"),
        (GOOD.replace("[gain, mixup:", "[mixup, gain, mixup:"), "augmentations: 'mixup' is named twice"),
        (GOOD.replace("{epochs: 20,", "{optimizer: adamm,"), "got 'adamm'. Did you mean 'adam'?"),
        (GOOD.replace("reader: folder", "reader: foldr"), "data.reader: no plugin named 'foldr'"),
        (GOOD + "baseline: swm", "baseline: no plugin named 'swm'"),
        (GOOD + "baseline: 3", "baseline: expected keys with values, got 3"),
        (GOOD + "baseline: {svm: 3}", "baseline.svm: expected keys with values, got 3"),
        (GOOD + "baseline: {svm: {5: 3}}", "baseline.svm.5: expected text, got 5"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(write, text, reason):
    assert reason in problems(write, text)


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("features", "[5]", "features: expected keys with values, got [5]"),
        ("features", "[[x]]", "features: expected keys with values, got [['x']]"),
        ("features", "{5: }", "features.5: expected text, got 5"),
        ("features", "{mfcc: {5: 3}}", "features.mfcc.5: expected text, got 5"),
        ("features", "{mfcc: {n_mfcc: {5: 1}}}", "features.mfcc.n_mfcc: a range has no '5'"),
        ("enqueue", "[{5: 6}]", "enqueue.0.5: expected text, got 5"),
        ("fit", "{5: 3}", "fit.5: expected text, got 5"),
        ("data", "{reader: folder, path: sounds, 5: 6}", "data.5: expected text as a key, got"),
    ],
)
def test_a_number_where_a_name_should_be_is_a_plain_error(write, key, text, reason):
    others = "".join(f"{line}\n" for line in GOOD.splitlines() if not line.startswith(f"{key}:"))
    assert reason in problems(write, f"{others}{key}: {text}")


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("budget.trials", "expected key=value"),
        ("budget.trials=[", "not valid YAML"),
        ("budget.trial=3", "budget.trial: there is no such key. Did you mean 'trials'?"),
        ("name.first=3", "'name' has no keys of its own"),
        ("objective=macro_f1", "objective: there is no such key. Did you mean 'search.objective'?"),
        ("split.test=1.5", "split.test: expected less than 1 or a list, got 1.5"),
        ("budget=3", "budget: expected keys with values, got 3"),
        ("budget.trials=2.5", "budget.trials: expected a whole number, got 2.5"),
    ],
)
def test_a_wrong_override_says_what_is_wrong(write, override, reason):
    assert reason in problems(write, GOOD, override)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", {"svm": None}),
        ("baseline: knn", {"knn": None}),
        ("baseline: {knn: }", {"knn": None}),
        ("baseline: {knn: {neighbours: 3}}", {"knn": {"neighbours": 3}}),
        ("baseline: null", None),
    ],
)
def test_a_baseline_is_a_name_or_a_name_with_settings_or_nothing(write, text, asked):
    assert read_sweep(write(GOOD + text)).baseline == asked


def test_an_override_reaches_a_setting_of_the_baseline(write):
    for text in ("", "baseline: svm", "baseline: {svm: {description: summary}}"):
        assert read_sweep(write(GOOD + text), ["baseline.svm.C=1"]).baseline["svm"]["C"] == 1


def test_the_schema_names_every_installed_reader_with_what_it_reads():
    reader = sweep_schema()["$defs"]["Data"]["properties"]["reader"]
    told = {each["const"]: each["description"] for each in reader["anyOf"] if "const" in each}
    assert sorted(told) == registry.names("datasets")
    assert all(told.values())
    assert not any(name in reader["description"].split() for name in told)


def test_data_that_are_vectors_need_no_front_end(write):
    features = next(line for line in GOOD.splitlines() if line.startswith("features"))
    text = GOOD.replace("reader: folder", "reader: vectors").replace(features, "").replace("[gain, ", "[")
    assert list(read_sweep(write(text)).features) == ["vector"]
    assert "features: missing" in problems(write, text.replace("vectors", "folder"))


def test_a_missing_file_is_a_plain_error_that_names_it_once(tmp_path):
    with pytest.raises(SweepError, match="cannot be read: No such file") as said:
        read_sweep(tmp_path / "nothing.yaml")
    assert str(said.value).count("nothing.yaml") == 1


def test_broken_yaml_is_told_with_its_line(write):
    assert "line 2, column 9: not valid YAML" in problems(write, "name: [unclosed\nfeatures: x")


def test_words_that_old_yaml_took_for_truth_are_words(write):
    sweep = read_sweep(write(GOOD.replace("path: sounds", "path: sounds, group: on")))
    assert sweep.data.settings()["group"] == "on"


def test_the_schema_knows_every_installed_plugin_and_takes_a_good_file(write):
    jsonschema = pytest.importorskip("jsonschema")
    schema = sweep_schema()
    json.dumps(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    validate = jsonschema.Draft202012Validator(schema).validate
    document = YAML(typ="safe", pure=True).load(GOOD)
    validate(document)
    vectors = {"data": {"reader": "vectors", "path": "table.csv"}}
    without = {key: value for key, value in document.items() if key != "features"}
    validate(without | vectors)
    with pytest.raises(jsonschema.ValidationError, match="'features' is a required property"):
        validate(without)
    for baseline in ("svm", None, {"svm": None}, {"svm": {"C": 1}}, "my.module:Baseline"):
        validate(document | {"baseline": baseline})
    for wrong in (
        {"fit": {"epochs": "many"}},
        {"features": {"log_mel": {"n_mells": 3}}},
        {"colour": "red"},
        {"baseline": {}},
        {"baseline": {"svm": {"C": [1, 10]}}},
        {"baseline": {"svm": {"c": 1}}},
        {"baseline": {"svm": None, "knn": None}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validate(document | wrong)
