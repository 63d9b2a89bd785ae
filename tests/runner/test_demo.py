"""The demo's sounds and its sweep file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sinesweep.errors import SweepError
from sinesweep.sweepfile import read_sweep
from sinesweep_runner.demo import NAMED, prepare
from sinesweep_runner.synthesis import RATE_HZ, synthesize


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    prepare(folder)
    return folder


def test_there_are_ten_classes_of_at_least_six_recordings_with_several_takes_each(demo):
    classes = sorted((demo / "sounds").iterdir())
    assert len(classes) == 10
    for folder in classes:
        takes = [path.name.partition("_")[0] for path in folder.glob("*.wav")]
        assert len(set(takes)) >= 6
        assert min(takes.count(recording) for recording in set(takes)) >= 4


def test_every_take_is_a_second_of_sound_that_does_not_clip(demo):
    for path in (demo / "sounds").rglob("*.wav"):
        wave, rate_hz = soundfile.read(path)
        assert (rate_hz, wave.shape) == (RATE_HZ, (RATE_HZ,))
        assert 0.1 < np.abs(wave).max() < 0.95


def test_the_same_seed_writes_the_same_sounds_and_another_seed_others(tmp_path):
    for name, seed in (("once", 3), ("again", 3), ("other", 4)):
        synthesize(tmp_path / name, seed, recordings=1)
    once, again, other = (
        (tmp_path / name / "pluck/rec01_take1.wav").read_bytes() for name in ("once", "again", "other")
    )
    assert once == again != other


def test_the_sweep_file_is_valid_and_its_groups_are_recordings(demo):
    sweep = read_sweep(demo / "sweep.yaml")
    paths = [path.relative_to(demo / "sounds").as_posix() for path in (demo / "sounds").rglob("*.wav")]
    groups = {re.search(sweep.data.settings()["group"], path)[1] for path in paths}
    assert len(groups) == 10 * 8
    assert len(sweep.features) >= 3
    assert len(sweep.architectures) >= 2
    assert sweep.budget.trials >= 12


def test_it_has_sinesweeps_own_plugins_whoever_else_takes_their_names(tmp_path, claim):
    claim(NAMED)
    sweep = read_sweep(prepare(tmp_path / "demo"))
    plugins = [plugin for plugin, _ in sweep.space().plugins().values()]
    assert len(plugins) == len(sum(NAMED.values(), ())) - 1
    assert all(plugin.__module__.startswith("sinesweep_plugins.") for plugin in plugins)
    assert sweep.data.reader.startswith("sinesweep_plugins.")


def test_a_folder_that_cannot_be_written_is_the_users_mistake(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SweepError, match="name another folder"):
        prepare(tmp_path / "file")
