"""The page beside a model: facts for people, and front matter that programs read."""

from __future__ import annotations

import json
import re

import pytest
from huggingface_hub import ModelCard
from ruamel.yaml import YAML

from sinesweep.dataset import Clip, Dataset
from sinesweep.split import Fold, Split
from sinesweep.sweepfile import check_document
from sinesweep_runner.model.facts import read_facts
from sinesweep_runner.model.origin import origin_of
from sinesweep_runner.model.readme import readme
from sinesweep_runner.model.winner import open_test

HOSTILE = '| <script>alert("1")</script> `a` [b](c): *d* \n--- 犬 🐕'


@pytest.fixture(scope="module")
def facts(best):
    """What is known of a model after its test."""
    data = {
        "name": "my tones",
        "reader": "folder",
        "clips": {"all": 60, "trained": 48, "test": 12},
        "groups": {"all": 20, "test": 4},
        "classes": {"low": 31, "high": 29},
        "licence": "CC BY 4.0",
        "citation": "Tone et al. 2026",
    }
    groups = [
        {"name": "rec7", "clips": 6, "score": 0.5, "interval": [0.2, 0.8], "fails": True},
        {"name": "rec2", "clips": 3, "score": 1.0, "interval": None, "fails": False},
    ]
    test = {
        "metrics": {"accuracy": 0.75, "loss": float("nan")},
        "intervals": {"accuracy": [0.5, 0.9]},
        "clips": 12,
        "groups": {"metric": "accuracy", "count": 2, "worst": groups},
        "baseline": 0.8,
        "baseline_interval": [0.55, 0.93],
    }
    baseline = {"name": "svm", "objective": "accuracy", "validation": 0.86}
    return {**read_facts(best), "name": "tones", "data": data, "scores": {"test": test}, "baseline": baseline}


def front(page):
    return YAML(typ="safe").load(re.match(r"---\n(.*?)\n---\n", page, re.DOTALL)[1])


def test_the_hub_reads_the_front_matter(facts):
    card = ModelCard(readme(facts))
    assert (card.data.library_name, card.data.license) == ("keras", "unknown")
    assert card.data.pipeline_tag == "audio-classification"
    assert card.data.datasets == ["my-tones"]
    assert card.data.metrics == ["accuracy"]
    (result,) = card.data.eval_results
    assert (result.dataset_name, result.dataset_split) == ("my tones", "test")
    assert (result.metric_type, result.metric_value) == ("accuracy", 0.75)


@pytest.mark.parametrize(
    "fact",
    [
        "`my tones`, read by `folder`: 60 clips in 20 groups; 48 trained this model, 12 were sealed as test.",
        "Split by group: 12 recordings train, 12 validate.",
        "Clips of each class: low 31, high 29.",
        "Licence of the data: CC BY 4.0",
        "Citation: Tone et al. 2026",
        "| test | accuracy | 75.0 % (95 %: 50.0 % … 90.0 %) |",
        "The baseline `svm`, for comparison: accuracy 86.0 % on the validation clips, 80.0 % (95 %: 55.0 % …"
        " 93.0 %) on the test clips.",
        "2 groups of the test part, scored by accuracy.",
        "| rec7 | 6 | 50.0 % | 20.0 % … 80.0 % | worse than the whole, not by chance |",
        "| rec2 | 3 | 100.0 % | too few clips |  |",
        "It hears nothing above 2000 Hz; other sound is resampled to 4000 Hz.",
        "of a longer clip it hears the beginning; a shorter one is filled up with silence",
        "Of high the data hold the fewest: 29 clips, where the median class has 30, those of the test counted.",
        "| n_mels | 20 |",
        "sinesweep predict . a_long_recording.wav --segments",
    ],
)
def test_the_page_tells_the_facts(facts, fact):
    assert fact in readme(facts)


def test_the_python_lines_of_the_page_predict(best, tone, tmp_path, monkeypatch, capsys):
    import soundfile

    (lines,) = re.findall(r"```python\n(.*?)```", (best / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(lines.splitlines()) == 3
    soundfile.write(tmp_path / "some.wav", tone(900), 4000, subtype="FLOAT")
    monkeypatch.chdir(tmp_path)
    exec(compile(lines.replace('"."', repr(str(best))), "README.md", "exec"), {})
    assert capsys.readouterr().out == "high\n"


def test_names_from_the_data_stay_text(facts):
    hostile = {**facts, "classes": [HOSTILE, "high"], "name": HOSTILE}
    hostile["data"] = facts["data"] | {"name": HOSTILE, "classes": {HOSTILE: 1, "high": 29}, "licence": HOSTILE}
    page = readme(hostile)
    assert front(page)["model-index"][0]["name"] == HOSTILE
    body = page.split("\n---\n", 1)[1]
    assert "<script>" not in body
    assert "](c)" not in body.replace("\\](c)", "")
    assert "\n---" not in body


def test_a_measured_value_and_vectors_have_cards_too(facts):
    value = {**facts, "task": "regression", "classes": [], "scores": {}}
    assert "pipeline_tag" not in front(readme(value))
    assert "--hop-s 0.5" in readme(value)
    table = {**facts, "columns": ["loudness", "pitch"]}
    assert front(readme(table))["pipeline_tag"] == "tabular-classification"
    assert "some.csv" in readme(table)
    assert "Hz" not in readme(table).split("## Limits")[1].split("##")[0]


def test_the_test_part_adds_its_scores_by_group(make_model, tone, tmp_path):
    import soundfile

    best, clips = make_model(), []
    for number in range(12):
        file = tmp_path / f"{number}.wav"
        soundfile.write(file, tone((300, 900)[number % 2]), 4000, subtype="FLOAT")
        clips.append(Clip(str(file), ("low", "high")[number % 2]))
    open_test(best, clips, [f"rec{number // 6}" for number in range(12)], "accuracy")
    worst = read_facts(best)["scores"]["test"]["groups"]["worst"]
    assert [(each["clips"], each["score"], each["fails"]) for each in worst] == [(6, 1.0, False)] * 2
    assert "| rec0 | 6 | 100.0 % |" in (best / "README.md").read_text(encoding="utf-8")


def test_data_that_were_fetched_bring_their_licence(tone_sweep, tmp_path):
    sounds = tmp_path / "set" / "unpacked"
    sounds.mkdir(parents=True)
    source = {"name": "set", "licence": "CC0", "citation": "Somebody", "files": []}
    (tmp_path / "set" / "SOURCE.json").write_text(json.dumps(source))
    dataset = Dataset("set", tuple(Clip(f"{i}.wav", "ab"[i % 2], f"g{i // 2}") for i in range(8)), ("a", "b"))
    split = Split((Fold((0, 1), (2, 3)),), (4, 5), "by group")
    sweep = check_document(tone_sweep(data={"reader": "folder", "path": str(sounds)}))
    told = origin_of(sweep, dataset, split)
    assert (told["licence"], told["citation"]) == ("CC0", "Somebody")
    assert told["clips"] == {"all": 8, "trained": 6, "test": 2}
    assert told["groups"] == {"all": 4, "test": 1}
    (tmp_path / "set" / "SOURCE.json").write_text("{")
    assert "licence" not in origin_of(sweep, dataset, split)
