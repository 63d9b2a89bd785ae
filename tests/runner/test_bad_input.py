"""Bad input, through the command line: the exit code, and a message that says what is wrong and what to do about it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sinesweep import predictions
from sinesweep.journal import Journal
from sinesweep.study import Study
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import check_document, dump, read_sweep
from sinesweep_runner.sweepfolder import SweepFolder

DONE, FAILED, MISTAKE = 0, 1, 2


@pytest.fixture
def sounds(tones, tmp_path):
    """A copy of `tones` to be spoilt."""
    return Path(shutil.copytree(tones, tmp_path / "sounds"))


@pytest.fixture
def data(sounds):
    return {"reader": "folder", "path": str(sounds), "group": r"(\w+/rec\d+)"}


def wav(file: Path, wave: np.ndarray, subtype: str = "PCM_16") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, wave, 8000, subtype=subtype)
    return file


def noise(seed: int, samples: int = 4000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.1, 0.1, samples)


def begin(sweep: Sweep, folder: Path) -> SweepFolder:
    """A sweep that died before its search began."""
    place = SweepFolder(folder)
    with place.claimed():
        place.begin(sweep)
    return place


# The folder of sounds


def test_a_missing_folder(sinesweep, write_sweep, tmp_path):
    (tmp_path / "here" / "sounds").mkdir(parents=True)
    missing = tmp_path / "here" / "sound"
    said = sinesweep("run", write_sweep(data={"reader": "folder", "path": str(missing)}), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert f"there is no folder {missing}" in said.err
    assert "Did you mean 'sounds'?" in said.err
    assert not (tmp_path / "sweep").exists()


def test_an_empty_folder(sinesweep, write_sweep, tmp_path):
    (tmp_path / "nothing").mkdir()
    said = sinesweep("check", write_sweep(data={"reader": "folder", "path": str(tmp_path / "nothing")}))
    assert said.code == MISTAKE
    assert "is empty; expected sound files (.wav, .flac, .ogg, .mp3)" in said.err


def test_one_class_only(sinesweep, write_sweep, sounds, data):
    shutil.rmtree(sounds / "hum")
    shutil.rmtree(sounds / "hiss")
    said = sinesweep("run", write_sweep(data=data), "--out", sounds / "sweep")
    assert said.code == MISTAKE
    assert "has one class only, 'whistle'" in said.err


def test_a_class_with_one_clip(sinesweep, write_sweep, sounds, data):
    wav(sounds / "click" / "rec1_take1.wav", noise(1))
    said = sinesweep("run", write_sweep(data=data), "--out", sounds / "sweep")
    assert said.code == MISTAKE
    assert "class 'click' has only 1 clip: it cannot be in training and in validation and in test" in said.err
    assert "Add clips, or leave this class out" in said.err


@pytest.fixture
def spoilt(sounds):
    """Five files that give no sound, and what is wrong with each."""
    hum = sounds / "hum"
    whole = (hum / "rec1_take1.wav").read_bytes()
    (hum / "rec1_corrupt.wav").write_bytes(whole[:20] + os.urandom(200))
    (hum / "rec2_empty.wav").write_bytes(b"")
    (hum / "rec3_text.wav").write_text("this is not sound")
    wav(hum / "rec4_nan.wav", np.full(4000, np.nan), "FLOAT")
    wav(hum / "rec5_short.wav", np.zeros(0))
    return ("rec1_corrupt.wav", "rec2_empty.wav", "rec3_text.wav", "rec4_nan.wav", "rec5_short.wav")


@pytest.mark.parametrize("policy", ["auto", "stop"])
def test_files_without_usable_sound_stop_the_sweep_and_are_listed(sinesweep, write_sweep, data, spoilt, policy):
    said = sinesweep("check", write_sweep(data=data, audio={"problems": policy}))
    assert said.code == MISTAKE
    assert "5 of 77 clips (6.5%) cannot be used" in said.err
    assert all(name in said.err for name in spoilt)
    assert "Mend or remove them, or set audio.problems: skip" in said.err


def test_files_without_usable_sound_are_left_out_where_that_is_asked_for(sinesweep, write_sweep, data, spoilt):
    said = sinesweep("check", write_sweep(data=data, audio={"problems": "skip"}))
    assert said.code == DONE
    assert "72 clips" in said.out
    assert "(left out)" in said.out
    assert all(name in said.out for name in spoilt)


def test_one_bad_file_in_more_than_a_hundred_is_left_out_and_said(sinesweep, write_sweep, tmp_path):
    for number in range(60):
        for label in ("soft", "loud"):
            wav(tmp_path / "sounds" / label / f"{number}.wav", noise(number) * (5 if label == "loud" else 1))
    (tmp_path / "sounds" / "soft" / "bad.wav").write_text("this is not sound")
    file = write_sweep(data={"reader": "folder", "path": str(tmp_path / "sounds")}, baseline=None)
    said = sinesweep("check", file)
    assert said.code == DONE
    assert "120 clips" in said.out
    assert "bad.wav" in said.out


def test_the_same_sound_with_two_labels(sinesweep, write_sweep, sounds, data):
    shutil.copy(sounds / "hum" / "rec1_take1.wav", sounds / "hiss" / "rec1_copy.wav")
    said = sinesweep("check", write_sweep(data=data))
    assert said.code == MISTAKE
    assert "the same sound is labelled 'hiss' and 'hum'; see" in said.err
    assert str(sounds / "hiss" / "rec1_copy.wav") in said.err


def test_a_table_with_a_row_without_a_label_and_one_without_a_file(sinesweep, write_sweep, sounds):
    rows = ["path,label", "hum/rec1_take1.wav,hum", "hum/rec2_take1.wav,", "hum/none.wav,hum"]
    (sounds / "table.csv").write_text("\n".join(rows))
    said = sinesweep("check", write_sweep(data={"reader": "table", "path": str(sounds / "table.csv")}))
    assert said.code == MISTAKE
    assert "row 3: no label in column 'label' for hum/rec2_take1.wav" in said.err
    assert "row 4: hum/none.wav is not there" in said.err


def test_a_label_that_is_none_of_the_classes(sinesweep, write_sweep, tones):
    said = sinesweep("check", write_sweep(data={"reader": "engine_plugins:Mislabelling", "path": str(tones)}))
    assert said.code == MISTAKE
    assert "is labelled 'howl'; the classes are hum, hiss" in said.err


# The sweep file


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"features": {"log_mell": {}}}, "no plugin named 'log_mell' among features. Did you mean 'log_mel'?"),
        ({"baseline": "svn"}, "no plugin named 'svn' among baselines. Did you mean 'svm'?"),
        ({"data": {"reader": "foldr", "path": "."}}, "no plugin named 'foldr' among datasets. Did you mean 'folder'?"),
        ({"feature": {"log_mel": {}}}, "feature: there is no such key. Did you mean 'features'?"),
        ({"budget": {"trails": 3}}, "budget.trails: there is no such key. Did you mean 'trials'?"),
        ({"features": {"log_mel": {"n_mel": 20}}}, "features.log_mel.n_mel: there is no such setting. Did you mean"),
        ({"fit": {"epoch": 2}}, "fit.epoch: there is no such setting. Did you mean 'epochs'?"),
        ({"fit": {"learning_rate": {"low": 0.1, "high": 0.001}}}, "fit.learning_rate: low must not be greater than"),
        ({"fit": {"epochs": "many"}}, "fit.epochs: expected a whole number, got 'many'"),
        ({"fit": {"epochs": 2.5}}, "fit.epochs: expected a whole number, got 2.5"),
        ({"fit": {"batch_size": []}}, "fit.batch_size: the list is empty"),
        ({"fit": {"momentum": {"low": 0, "high": 0.9, "log": True}}}, "a logarithmic range must begin above 0; got"),
        ({"fit": {"dropout": 0.2}}, "fit.dropout: there is no such setting"),
        ({"architectures": {"mlp": {"dropout": 1.5}}}, "architectures.mlp.dropout: expected 0 … 0.9, got 1.5"),
        ({"budget": {"trials": 0}}, "budget.trials: expected at least 1, got 0"),
        ({"search": {"objective": "acuracy"}}, "no metric or cost named 'acuracy'. Did you mean 'accuracy'?"),
        ({"search": {"sampler": "tpa"}}, "search.sampler: expected 'tpe', 'random'"),
        ({"features": None}, "features: missing"),
        ({"enqueue": [{"fit.batch_sice": 8}]}, "enqueue[0].fit.batch_sice: not a dimension of this sweep."),
        ({"workers": {"count": 10_000}}, "workers.count: 10,000 workers with 1 core and"),
    ],
)
def test_what_is_wrong_in_a_sweep_file(sinesweep, write_sweep, tmp_path, sections, message):
    said = sinesweep("run", write_sweep(**sections), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert message in said.err
    assert not (tmp_path / "sweep").exists()


def test_all_problems_come_at_once(sinesweep, write_sweep):
    sections = {"features": {"log_mell": {}}, "fit": {"epoch": 2}, "budget": {"trails": 3}}
    said = sinesweep("check", write_sweep(**sections))
    assert said.code == MISTAKE
    assert all(name in said.err for name in ("log_mell", "epoch", "trails"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [unclosed", "not valid YAML"),
        ("", "expected a sweep file"),
        ("just words", "expected a sweep file"),
        (b"\xff\xfe\x00", "the sweep file is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_sweep(sinesweep, tmp_path, text, message):
    file = tmp_path / "sweep.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    said = sinesweep("run", file)
    assert said.code == MISTAKE
    assert message in said.err


def test_a_sweep_file_that_is_not_there(sinesweep, tmp_path):
    said = sinesweep("run", tmp_path / "none.yaml")
    assert said.code == MISTAKE
    assert "none.yaml: the sweep file cannot be read" in said.err


@pytest.mark.parametrize("override", ["budget.trials", "budget.trials=[", "name.first=x", "budget.trials=none"])
def test_an_override_that_means_nothing(sinesweep, write_sweep, override):
    said = sinesweep("check", write_sweep(), "--set", override)
    assert said.code == MISTAKE
    assert override.partition("=")[0].partition(".")[0] in said.err


# Plugins


def test_a_plugin_that_raises_on_import(sinesweep, write_sweep, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "breaks_on_import.py").write_text("raise RuntimeError('no licence')")
    said = sinesweep("run", write_sweep(features={"breaks_on_import:Any": {}}), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert (
        "plugin 'breaks_on_import:Any' (breaks_on_import:Any) cannot be imported: RuntimeError: no licence" in said.err
    )


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"features": {"engine_plugins:RaisingCheck": {}}}, "features 'engine_plugins:RaisingCheck' failed in check"),
        ({"features": {"engine_plugins:RaisingLayer": {}}}, "features 'engine_plugins:RaisingLayer' failed in layer"),
        ({"architectures": {"engine_plugins:RaisingNet": {}}}, "architecture 'engine_plugins:RaisingNet' failed in"),
        ({"losses": {"engine_plugins:RaisingLoss": {}}}, "loss 'engine_plugins:RaisingLoss' failed in call"),
        ({"losses": {"engine_plugins:NanLoss": {}}}, "the loss was nan in step 1 of epoch 1"),
    ],
)
def test_what_fails_three_times_in_a_row_stops_the_sweep_with_its_name(
    sinesweep, write_sweep, tmp_path, sections, message
):
    said = sinesweep("run", write_sweep(**sections, budget={"trials": 5}), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "3 trials in a row failed" in said.err
    assert message in said.err
    assert message.partition(" failed")[0] in (tmp_path / "sweep" / "leaderboard.md").read_text()


FUSSY = """
from dataclasses import dataclass
from typing import Annotated
from sinesweep import Architecture, Int

@dataclass(frozen=True)
class Fussy(Architecture):
    "It can be built with one width only."
    width: Annotated[int, Int(1, 1000)] = 1

    def build(self, input_shape, outputs):
        import keras
        if self.width > 1:
            raise ValueError("too wide")
        return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(outputs)])
"""


def test_a_search_that_has_to_stop_shows_what_it_has_ranked(sinesweep, write_sweep, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "fussy.py").write_text(FUSSY)
    only = {"architecture.fussy:Fussy.width": 1}
    file = write_sweep(architectures={"fussy:Fussy": {}}, budget={"trials": 9}, enqueue=[only])
    said = sinesweep("run", file, "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "3 trials in a row failed by the fault of architecture 'fussy:Fussy'" in said.err
    assert "1 complete, 3 failed" in said.out
    assert f"report:      {tmp_path / 'sweep' / 'report.html'}" in said.out
    assert "best model:" not in said.out


def test_a_plugin_that_raises_while_a_sweep_is_checked(sinesweep, write_sweep):
    said = sinesweep("check", write_sweep(features={"engine_plugins:RaisingCheck": {}}))
    assert said.code == MISTAKE
    assert "features 'engine_plugins:RaisingCheck' failed in check: KeyError: 'window'" in said.err


def test_a_baseline_that_raises(sinesweep, write_sweep, tmp_path):
    said = sinesweep("run", write_sweep(baseline="engine_plugins:RaisingBaseline"), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert "baseline 'engine_plugins:RaisingBaseline' failed in describe: ValueError: deaf" in said.err


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("tensorflaw", "expected tensorflow, jax or torch. Did you mean 'tensorflow'?"),
        ("numpy", "expected tensorflow, jax or torch."),
        ("jax", "it is not installed; pip install jax brings it"),
    ],
)
def test_a_backend_that_is_not_there_is_told_before_anything_is_done(
    sinesweep, write_sweep, tmp_path, monkeypatch, command, backend, reason
):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.delitem(sys.modules, "keras", raising=False)  # as in a process of its own
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    out = ["--out", tmp_path / "sweep"] if command == "run" else []
    said = sinesweep(command, write_sweep(), *out)
    assert said.code == MISTAKE
    assert said.err == f"sinesweep: KERAS_BACKEND: '{backend}' cannot be loaded: {reason}\n"
    assert not (tmp_path / "sweep").exists()


# Disks and folders


@pytest.fixture
def tiny_disk(tmp_path):
    """`tiny_disk(name, size)`: a folder on a disk of so many bytes; skips where none may be mounted."""
    mounted = []

    def make(name: str, size: int) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("this user may not mount a small disk")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def no_space(*_args: object, **_keywords: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_is_full_while_sounds_are_decoded(sinesweep, write_sweep, tmp_path, tiny_disk, monkeypatch):
    monkeypatch.setenv("SINESWEEP_CACHE", str(tiny_disk("store", 256 * 1024)))
    said = sinesweep("run", write_sweep(), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "disk is full. Free some space there, or set SINESWEEP_CACHE" in said.err


def test_a_disk_that_is_full_while_sounds_are_decoded_wherever_it_is(sinesweep, write_sweep, tmp_path, monkeypatch):
    monkeypatch.setenv("SINESWEEP_CACHE", str(tmp_path / "store"))
    monkeypatch.setattr("sinesweep_runner.cache.entries.save", no_space)
    said = sinesweep("run", write_sweep(), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "the disk is full. Free some space there, or set SINESWEEP_CACHE" in said.err


def test_a_disk_that_is_full_while_a_trial_writes_ends_the_sweep_and_resume_tries_the_trial_again(
    sinesweep, write_sweep, tmp_path
):
    folder, once = tmp_path / "sweep", {"epochs": 1, "batch_size": 16, "learning_rate": {"low": 1e-3, "high": 1e-2}}
    save = predictions.save

    def full_for_trials(file, *contents):
        return save(file, *contents) if file.stem == "00000" else no_space()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "save", full_for_trials)
        said = sinesweep("run", write_sweep(budget={"trials": 2}, fit=once), "--out", folder)
    assert said.code == FAILED
    assert "trial 1: no space left on the disk" in said.err
    assert "`sinesweep resume`, which tries it again" in said.err
    said = sinesweep("resume", folder)
    assert said.code == DONE
    assert "2 of 2 trials" in said.out


def test_a_disk_that_is_full_while_the_winner_is_written(sinesweep, write_sweep, tiny_disk):
    folder = tiny_disk("small", 4 * 2**20) / "sweep"  # room for a report, but not for 2.5 million parameters
    wide = {"mlp": {"layers": 3, "units": 1024, "norm": "none"}}
    once = {"epochs": 1, "batch_size": 16, "learning_rate": 0.003}
    none_kept = {"trials": 1, "keep_checkpoints": 0}
    said = sinesweep("run", write_sweep(architectures=wide, fit=once, budget=none_kept), "--out", folder)
    assert said.code != DONE
    assert "the model cannot be written: no space left on the disk" in said.err
    assert not (folder / "best").exists()
    assert not list(folder.glob(".best*"))
    assert (folder / "leaderboard.md").exists()


def test_a_disk_that_is_full_while_the_search_is_written_down(sinesweep, write_sweep, tmp_path, monkeypatch):
    appended, write = [], Journal.append_logs

    def append(backend, logs):
        appended.append(logs)
        if len(appended) > 12:
            no_space()
        write(backend, logs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "append_logs", append)
        said = sinesweep("run", write_sweep(), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "no space left on the disk" in said.err.lower()
    assert sinesweep("resume", tmp_path / "sweep").code == DONE


@pytest.mark.parametrize("place", ["file/sweep", "/proc/sweep"])
def test_an_output_folder_that_cannot_be_written(sinesweep, write_sweep, tmp_path, place):
    (tmp_path / "file").write_text("a file, no folder")
    said = sinesweep("run", write_sweep(), "--out", tmp_path / place)
    assert said.code == MISTAKE
    assert "cannot be written" in said.err
    assert "choose another folder with --out" in said.err


def test_a_folder_that_holds_another_sweep(sinesweep, write_sweep, tone_sweep, tmp_path):
    held = check_document(tone_sweep(name="older"))
    place = begin(held, tmp_path / "sweep")
    Study(held, place.storage(held))
    before = place.sweep_file.read_text()
    said = sinesweep("run", write_sweep(), "--out", place.path)
    assert said.code == MISTAKE
    assert "already holds another sweep, 'older'" in said.err
    assert "sinesweep resume" in said.err
    assert place.sweep_file.read_text() == before


def test_a_setting_that_can_never_count_ends_a_new_sweep_and_not_one_that_has_begun(
    sinesweep, write_sweep, tone_sweep, tmp_path
):
    said = sinesweep("check", write_sweep(fit={"optimizer": "adam", "momentum": 0.5}))
    assert said.code == MISTAKE
    assert "fit.momentum: counts only with optimizer sgd, rmsprop or muon; in this sweep that is adam." in said.err
    older = Sweep(**tone_sweep(fit={"optimizer": "adam", "momentum": 0.5}))
    assert begin(older, tmp_path / "sweep").sweep().fit["momentum"] == 0.5


def test_a_folder_that_holds_something_else(sinesweep, write_sweep, sounds):
    said = sinesweep("run", write_sweep(), "--out", sounds)
    assert said.code == MISTAKE
    assert "is not empty and holds no sweep; choose another folder with --out" in said.err


def test_a_folder_that_holds_something_else_stays_as_it_is(sinesweep, write_sweep, sounds):
    before = sorted(sounds.iterdir())
    assert sinesweep("run", write_sweep(), "--out", sounds).code == MISTAKE
    assert sorted(sounds.iterdir()) == before


def test_a_storage_that_does_not_open_is_told_in_its_own_words_on_one_line(sinesweep, write_sweep, tmp_path):
    said = sinesweep("run", write_sweep(storage="sqlite:////proc/studies.db"), "--out", tmp_path / "sweep")
    assert (said.code, len(said.err.splitlines())) == (MISTAKE, 1)
    assert "unable to open database file" in said.err
    assert "sqlalche.me" not in said.err
    assert not (tmp_path / "sweep").exists()


def test_a_run_that_is_refused_before_its_search_leaves_no_folder(sinesweep, write_sweep, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("SINESWEEP_CACHE", "/proc/cache")
        said = sinesweep("run", write_sweep(), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert "cache /proc/cache: it cannot be written" in said.err
    assert not (tmp_path / "sweep").exists()


def test_a_folder_that_was_there_before_a_run_was_refused_stays(sinesweep, write_sweep, tmp_path, monkeypatch):
    (tmp_path / "sweep").mkdir()
    with monkeypatch.context() as patch:
        patch.setenv("SINESWEEP_CACHE", "/proc/cache")
        assert sinesweep("run", write_sweep(), "--out", tmp_path / "sweep").code == MISTAKE
    said = sinesweep("run", write_sweep(budget={"trials": 1}), "--out", tmp_path / "sweep", "--no-finalize")
    assert said.code == DONE


def test_a_storage_that_holds_another_sweep_of_that_name(sinesweep, write_sweep, tmp_path):
    shared = write_sweep(storage=f"sqlite:///{tmp_path / 'studies.db'}", budget={"trials": 1})
    assert sinesweep("run", shared, "--out", tmp_path / "one", "--no-finalize").code == DONE
    said = sinesweep("run", shared, "--out", tmp_path / "two")
    assert said.code == MISTAKE
    assert "already holds a study named 'tones', of a sweep in another folder" in said.err
    assert not (tmp_path / "two").exists()


def test_a_study_that_was_made_on_another_split(sinesweep, write_sweep, tmp_path):
    shared = write_sweep(storage=f"sqlite:///{tmp_path / 'studies.db'}", budget={"trials": 1})
    assert sinesweep("run", shared, "--out", tmp_path / "one", "--no-finalize").code == DONE
    sweep = read_sweep(shared, ["split.test=0.4", "budget.trials=2"])
    (tmp_path / "two").mkdir()
    SweepFolder(tmp_path / "two").sweep_file.write_text(dump(sweep), encoding="utf-8")
    said = sinesweep("resume", tmp_path / "two")
    assert said.code == MISTAKE
    assert "the study 'tones' was made on another split" in said.err


def test_a_sweep_without_a_single_score(sinesweep, write_sweep, tmp_path):
    losses = {"engine_plugins:NanLoss": {}}
    said = sinesweep("run", write_sweep(losses=losses, budget={"trials": 2}), "--out", tmp_path / "sweep")
    assert said.code == FAILED
    assert "no trial has a score, so there is no winner (2 failed; trial 1, for one: the loss was nan" in said.err
    assert (tmp_path / "sweep" / "leaderboard.md").exists()


@pytest.mark.parametrize("command", ["resume", "finalize", "leaderboard", "status", "report"])
def test_a_folder_without_a_sweep(sinesweep, tmp_path, command):
    said = sinesweep(command, tmp_path)
    assert said.code == MISTAKE
    assert "holds no sweep" in said.err


@pytest.mark.parametrize("command", ["finalize", "leaderboard", "report"])
def test_a_sweep_that_has_not_begun_to_search(sinesweep, tone_sweep, tmp_path, command):
    begin(check_document(tone_sweep()), tmp_path / "sweep")
    said = sinesweep(command, tmp_path / "sweep")
    assert said.code == MISTAKE
    assert "has no trial yet: a sweep reads its sounds first" in said.err


def test_the_status_of_a_sweep_that_still_reads_its_sounds(sinesweep, tone_sweep, tmp_path):
    begin(check_document(tone_sweep()), tmp_path / "sweep")
    said = sinesweep("status", tmp_path / "sweep")
    assert said.code == 0
    assert "the search has not begun" in said.out


@pytest.mark.parametrize("command", [("resume",), ("extend", "--trials", "+1")])
def test_who_goes_on_with_a_sweep_may_give_it_another_cluster(sinesweep, tone_sweep, tmp_path, command):
    begin(check_document(tone_sweep(workers={"address": "127.0.0.1:1"})), tmp_path / "sweep")
    said = sinesweep(command[0], tmp_path / "sweep", *command[1:], "--address", "elsewhere.invalid:6379")
    assert said.code == MISTAKE
    assert "workers.address: no machine is known by the name 'elsewhere.invalid'" in " ".join(said.err.split())


def test_resume_changes_nothing_that_is_searched(sinesweep, tone_sweep, tmp_path):
    begin(check_document(tone_sweep()), tmp_path / "sweep")
    said = sinesweep("resume", tmp_path / "sweep", "--set", "fit.epochs=4")
    assert said.code == MISTAKE
    assert "only budget.…, finalists.…, workers.…, data.path may change on resume. `sinesweep extend" in said.err
    assert "--set fit.epochs=4` changes what is searched" in said.err
    said = sinesweep("resume", tmp_path / "sweep", "--set", "audio.problems=skip")
    assert "may change on resume. Begin a new sweep" in said.err
    said = sinesweep("resume", tmp_path / "sweep", "--set", "budgt.trials=2")
    assert "may change on resume. Did you mean 'budget'?" in said.err


def test_a_folder_that_is_no_model(sinesweep, tmp_path):
    said = sinesweep("predict", tmp_path / "best", tmp_path)
    assert said.code == MISTAKE
    assert "expected the folder of a model" in said.err


@pytest.mark.parametrize("cut", [1, 40])
def test_a_journal_that_was_cut_off_in_mid_line(sinesweep, write_sweep, tmp_path, cut):
    folder = tmp_path / "sweep"
    assert sinesweep("run", write_sweep(budget={"trials": 1}), "--out", folder, "--no-finalize").code == DONE
    journal = folder / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:-cut])
    assert sinesweep("status", folder).code == DONE
    said = sinesweep("resume", folder, "--set", "budget.trials=2")
    assert said.code == DONE
    assert "2 of 2 trials" in sinesweep("status", folder).out


def test_a_resume_with_a_smaller_budget_than_was_spent(sinesweep, write_sweep, tmp_path):
    folder = tmp_path / "sweep"
    assert sinesweep("run", write_sweep(budget={"trials": 2}), "--out", folder, "--no-finalize").code == DONE
    said = sinesweep("resume", folder, "--set", "budget.trials=1")
    assert said.code == MISTAKE
    assert "budget.trials: 2 trials of this sweep are done; got 1" in said.err


def test_groups_that_are_asked_for_and_not_there(sinesweep, write_sweep, tones):
    said = sinesweep("check", write_sweep(data={"reader": "folder", "path": str(tones)}, split={"by": "group"}))
    assert said.code == MISTAKE
    assert "split.by is 'group', but no clip has a group" in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("storage=foo", "storage: expected a URL such as sqlite:///studies.db"),
        ("storage='sqlite:///:memory:'", "storage: 'sqlite:///:memory:' is a database in memory"),
        ("storage=redis://localhost", "storage: redis:// is no database that studies can live in; expected sqlite:///"),
        ("workers.address=bogus", "workers.address: expected auto or HOST:PORT, such as 10.0.0.5:6379, got 'bogus'"),
        (f"name={'x' * 101}", "name: expected at most 100 characters"),
        ("fit.batch_size=5000", "fit.batch_size: expected a number from 1 to 4096, got 5000"),
    ],
)
def test_values_that_nothing_can_be_done_with(sinesweep, write_sweep, setting, reason):
    said = sinesweep("check", write_sweep(), "--set", setting)
    assert said.code == MISTAKE
    assert reason in " ".join(said.err.split()).replace("sinesweep: ", "")


def test_a_folder_whose_name_is_too_long(sinesweep, write_sweep, tmp_path):
    said = sinesweep("run", write_sweep(), "--out", tmp_path / ("x" * 300))
    assert said.code == MISTAKE
    assert "File name too long; choose another folder with --out" in " ".join(said.err.split())
