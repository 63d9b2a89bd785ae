"""What the README shows works as it stands."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.samplers import make_pruner, make_sampler
from sinesweep.sections import Search
from sinesweep.sweepfile import read_sweep

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def block(language, containing):
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if containing in text)


@pytest.fixture
def beside_recordings(tones, tmp_path, monkeypatch):
    """A folder with the recordings and the sound that the README speaks of, and its sweep made short."""
    shutil.copytree(tones, tmp_path / "recordings")
    shutil.copy(tones / "hum" / "rec1_take1.wav", tmp_path / "some.wav")
    text = block("yaml", "name: digits").replace("epochs: 30 ", "epochs: 1 ").replace("trials: 40", "trials: 2")
    (tmp_path / "digits.yaml").write_text(f"{text}workers: {{count: 1}}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_sweep_is_about_fifteen_lines_and_nothing_is_wrong_with_it(beside_recordings):
    assert len(block("yaml", "name: digits").strip().splitlines()) <= 16
    assert read_sweep(beside_recordings / "digits.yaml").budget.trials == 2


def test_the_python_lines_run_and_return_objects(beside_recordings, capsys):
    lines = block("python", "read_sweep")
    assert len([line for line in lines.splitlines() if line.strip()]) <= 11
    names = {}
    exec(compile(lines, "README.md", "exec"), names)
    assert names["outcome"].board.best.config["architecture"]["name"] in {"cnn", "crnn"}
    assert names["answer"].label in names["model"].classes
    assert "some.wav" in capsys.readouterr().out
    names["microphone"] = np.array_split(np.zeros(88_200, np.int16), 50)
    exec(compile(block("python", "Stream("), "README.md", "exec"), names)
    assert "0.0 0.5 " in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["features", "architectures", "losses", "augmentations", "datasets", "baselines"])
def test_the_table_of_plugins_is_what_is_installed(kind):
    section = {"datasets": "data.reader", "baselines": "baseline"}.get(kind, kind)
    assert sorted(named(section)) == registry.names(kind)


def test_the_samplers_and_pruners_named_are_those_there_are():
    for sampler in set(named("search.sampler")) - {"gp"}:
        assert make_sampler(Search(sampler=sampler), 0)
    for pruner in named("search.pruner"):
        assert make_pruner(Search(pruner=pruner), 10)


def named(section):
    row = re.search(rf"^\| `{re.escape(section)}` \| (.*?) (?:\(.*\) )?\|$", README, re.MULTILINE)
    return re.findall(r"`(\w+)`", row[1])
