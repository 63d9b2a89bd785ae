"""What a front end gives is computed once, for all workers and later sweeps, and is the same wherever it is found."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from sinesweep import identity
from sinesweep.trial import State, Trial
from sinesweep_runner import backend
from sinesweep_runner.cache import alone as turns
from sinesweep_runner.cache import entries as cache_entries
from sinesweep_runner.training import inputs, lately
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.train import train


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of this test's own cache of features."""
    monkeypatch.setenv("SINESWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


@pytest.fixture(autouse=True)
def computed(monkeypatch):
    """An entry for each time that features are computed."""
    times, compute = [], inputs.answers
    monkeypatch.setattr(inputs, "answers", lambda *given: times.append(1) or compute(*given))
    return times


@pytest.fixture
def needed(make_config):
    """The features that a trial begins from, in a worker that has none in its own memory."""

    def features(material, **settings):
        lately._kept.clear()
        config = make_config(features={"name": "log_mel", "n_mels": 24, **settings})
        return Inputs(config, material, material.clips(), Stopwatch()).train_source()

    yield features
    lately._kept.clear()


def entries(cache):
    return sorted((cache / "entries").iterdir())


@pytest.mark.parametrize("augmentations", [[], [{"name": "gain"}]])
def test_another_worker_finds_them_and_comes_to_the_same_numbers(
    make_config, make_material, computed, cache, monkeypatch, augmentations
):
    material = make_material()

    def trained(**features):
        lately._kept.clear()
        config = make_config(features={"name": "log_mel", **features}, augmentations=augmentations, fit={"epochs": 2})
        result = train(Trial(1, config, 7), material, lambda report: True)
        assert result.state is State.COMPLETE
        return result.folds

    cold, warm = trained(), trained()
    trained(normalisation="per_clip")
    assert len(computed) == len(entries(cache)) == 1
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", "0")
    assert cold == warm == trained()
    assert len(computed) == 2


def test_what_would_change_a_feature_is_another_entry(make_material, needed, computed, monkeypatch):
    material = make_material(folds=1)
    needed(material)
    needed(material, n_mels=32)
    needed(make_material(folds=1, seconds=0.4))
    needed(replace(material, folds=(replace(material.folds[0], valid=material.folds[0].valid[:-2]),)))
    for module, name, other in (
        (backend, "processor", lambda: "another"),
        (backend, "_threads", 17),
        (backend, "versions", lambda: {"keras": "99.0"}),
        (identity, "_known_code", lambda packages: "def layer(): …"),
    ):
        monkeypatch.setattr(module, name, other)
        needed(material)
    assert len(computed) == 8


def test_a_front_end_whose_code_nobody_can_read_is_not_kept(make_material, needed, computed, cache, monkeypatch):
    monkeypatch.setattr(identity, "source_files", lambda package: [])
    monkeypatch.setattr(identity, "_known_code", identity._known_code.__wrapped__)
    needed(make_material(folds=1))
    needed(make_material(folds=1))
    assert len(computed) == 2
    assert not cache.exists()


def test_a_front_end_that_learns_is_not_kept(make_config, make_material, computed, cache):
    made = Inputs(make_config(features={"name": "engine_plugins:LearntFilters"}), make_material(), [0, 1], Stopwatch())
    made.fill_cache()
    assert computed == []
    assert not cache.exists()


def test_the_processor_computes_them_whatever_device_trains(make_config, make_material, computed, monkeypatch):
    made, chosen, device = Inputs(make_config(), make_material(), range(4), Stopwatch()), [], keras.device
    monkeypatch.setattr(keras, "device", lambda name: chosen.append(name) or device(name))
    made.fill_cache()
    assert (chosen, len(computed)) == (["cpu:0"], 1)


@pytest.mark.parametrize("damage", ["cut off", "zeros", "other numbers"])
def test_an_entry_that_is_damaged_is_made_again(make_material, needed, computed, cache, damage):
    material = make_material(folds=1)
    first = needed(material)
    [entry] = entries(cache)
    whole = entry.read_bytes()
    spoilt = {"cut off": whole[:-8], "zeros": bytes(len(whole)), "other numbers": whole.replace(b"<f4", b"<i4", 1)}
    entry.write_bytes(spoilt[damage])
    np.testing.assert_array_equal(needed(material), first)
    assert len(computed) == 2
    assert entries(cache) == [entry]
    assert entry.read_bytes() == whole


def test_one_that_was_half_written_when_its_process_ended_is_never_used(
    make_material, needed, computed, cache, monkeypatch
):
    material, save = make_material(folds=1), cache_entries.save

    def ending(path, values):
        save(path, values[: len(values) // 2])
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(cache_entries, "save", ending)
        with pytest.raises(KeyboardInterrupt):
            needed(material)
    assert entries(cache) == []
    needed(material)
    needed(material)
    assert len(computed) == 2
    assert len(entries(cache)) == 1


def test_the_cache_holds_no_more_than_its_limit(make_material, needed, computed, cache, monkeypatch):
    """What was least recently used makes room."""
    material = make_material(folds=1)
    needed(material)
    size = entries(cache)[0].stat().st_size
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", str(8.5 * size / 1e9))
    for top_db in range(61, 70):
        needed(material, top_db=float(top_db))
        assert sum(file.stat().st_size for file in entries(cache)) <= 8.5 * size
    computed.clear()
    needed(material, top_db=69.0)
    assert computed == []
    needed(material)
    assert len(computed) == 1


def test_an_entry_that_would_take_most_of_the_cache_is_computed_anew(
    make_material, needed, computed, cache, monkeypatch
):
    material = make_material(folds=1)
    size = needed(material).nbytes
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", str(7.9 * size / 1e9))
    needed(material)
    assert len(computed) == 2


def test_features_stay_readable_when_they_are_evicted_while_they_are_used(make_material, needed, cache):
    material = make_material(folds=1)
    first, mapped = needed(material), needed(material)
    assert mapped is not first
    entries(cache)[0].unlink()
    np.testing.assert_array_equal(mapped, first)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 0


def test_a_full_disk_ends_no_trial(make_material, needed, computed, monkeypatch):
    def full(path, values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_entries, "save", full)
    material = make_material(folds=1)
    np.testing.assert_array_equal(needed(material), needed(material))
    assert len(computed) == 2


def test_nobody_waits_for_ever_for_a_process_that_hangs(make_material, needed, computed, cache, monkeypatch):
    material = make_material(folds=1)
    first = needed(material)
    [entry] = entries(cache)
    entry.unlink()
    with turns.alone(cache / "locks", entry.name):
        monkeypatch.setattr(turns, "PATIENCE_S", 0.1)
        np.testing.assert_array_equal(needed(material), first)
    assert len(computed) == 2
    assert entries(cache) == [entry]


TURNS = """
import os, sys, time
from pathlib import Path
from sinesweep_runner.cache.alone import alone
print("ready", flush=True)
input()
with alone(Path(sys.argv[1]), sys.argv[2]):
    if not Path(sys.argv[3]).exists():
        time.sleep(0.3)
        with open(sys.argv[3], "a") as made:
            made.write("made")
"""


def together(source, *arguments, **variables):
    """Runs the same in three processes that begin at the same moment; what each says."""
    command = [sys.executable, "-c", source, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": os.environ | variables}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    assert [each.stdout.readline() for each in processes] == ["ready\n"] * 3
    for each in processes:
        each.stdin.write("\n")
        each.stdin.flush()
    return [each.communicate()[0] for each in processes]


def test_of_processes_that_need_an_entry_one_makes_it(tmp_path):
    together(TURNS, tmp_path / "locks", "3f6a", tmp_path / "entry")
    assert (tmp_path / "entry").read_text() == "made"
    assert len(list((tmp_path / "locks").iterdir())) == 1


WORKER = """
import pickle, sys
from pathlib import Path
sys.path.append(sys.argv[2])
from sinesweep import identity
from sinesweep_runner import backend
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.stopwatch import Stopwatch
backend.limit(1)
material, config = pickle.loads(Path(sys.argv[1]).read_bytes())
made = Inputs(config, material, material.clips(), Stopwatch())
print("ready", flush=True)
input()
print(made.train_source()[:4].tobytes().hex())
"""


@pytest.mark.slow
def test_of_workers_that_begin_with_the_same_front_end_at_once_one_computes_it(make_config, make_material, tmp_path):
    config = make_config(features={"name": "engine_plugins:NotedFrames", "normalisation": "none"})
    (tmp_path / "given").write_bytes(pickle.dumps((make_material(folds=1), config)))
    noted = tmp_path / "noted"
    said = together(WORKER, tmp_path / "given", Path(__file__).parent, NOTED_FRAMES=str(noted))
    assert len(set(said)) == 1
    assert len(set(noted.read_text(encoding="utf-8").splitlines())) == 1


def test_a_processor_has_a_name():
    assert backend.processor()
