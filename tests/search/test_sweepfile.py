"""A sweep file is read whole: every problem at once, in a person's words."""

import json

import pytest
from ruamel.yaml import YAML

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


def test_a_sweep_survives_being_written_and_read(write, tmp_path):
    sweep = read_sweep(write(GOOD))
    again = tmp_path / "again.yaml"
    again.write_text(dump(sweep))
    assert read_sweep(again) == sweep


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
        "search.objective: no metric named 'acuracy'. Did you mean 'accuracy'?",
        "search.sampler: ",
        "budget.trials: ",
    ):
        assert expected in text
    assert "Traceback" not in text


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
    document = YAML(typ="safe", pure=True).load(GOOD)
    jsonschema.validate(document, schema)
    vectors = {"data": {"reader": "vectors", "path": "table.csv"}}
    without = {key: value for key, value in document.items() if key != "features"}
    jsonschema.validate(without | vectors, schema)
    with pytest.raises(jsonschema.ValidationError, match="'features' is a required property"):
        jsonschema.validate(without, schema)
    for wrong in ({"fit": {"epochs": "many"}}, {"features": {"log_mel": {"n_mells": 3}}}, {"colour": "red"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | wrong, schema)
