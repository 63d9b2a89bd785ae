"""A sweep is repeated: the same asks from the recorded order, and the same scores from the same seeds."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sinesweep.recording import RecordedStudy, note, read_events
from sinesweep.sweepfile import check_document
from sinesweep_runner import board_of, replaying, run
from sinesweep_runner.machine import this_machine
from sinesweep_runner.sweepfolder import SweepFolder

PATIENCE_S = 240


@pytest.fixture(scope="module")
def finished(tones, tmp_path_factory):
    """A sweep of five trials, some of them pruned."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1, "units": [32, 64], "norm": "batch"}},
        "fit": {"epochs": 3, "batch_size": 16, "learning_rate": {"low": 1e-6, "high": 1e-2}},
        "search": {"startup_trials": 2},
        "budget": {"trials": 5},
        "finalists": {"trials": 0},
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones", finalize=False).folder


def test_a_sweep_asks_and_scores_the_same_again(finished, sinesweep, tmp_path):
    folder = shutil.copytree(finished, tmp_path / "sweep")
    assert sinesweep("continue", folder, "--top", "1", "--epochs", "4", "--no-finalize").code == 0
    said = sinesweep("replay", folder, "--train")
    assert said.code == 0, said.out
    assert "6 asks gave the same trial again." in said.out
    assert "6 trials trained again, 0 with another score." in said.out


def test_another_ask_or_score_is_told_with_exit_code_1(finished, sinesweep, tmp_path):
    folder = Path(shutil.copytree(finished, tmp_path / "sweep"))
    changed = [(folder / "events.jsonl", '"seed":{}'), (folder / "sweep.yaml", "seed: {}")]
    before = [file.read_text() for file, _ in changed]
    for file, seed in changed:
        file.write_text(file.read_text().replace(seed.format(0), seed.format(1)))
    said = sinesweep("replay", folder)
    assert said.code == 1
    assert "0 asks gave the same trial again." in said.out
    assert "The next one did not: trial 1: seed was " in said.out
    for (file, _), text in zip(changed, before, strict=True):
        file.write_text(text)
    journal = folder / "study.journal"
    score = next(row.score for row in board_of(folder).rows)
    journal.write_text(journal.read_text().replace(f'"value":{score}', '"value":0.123'))
    said = sinesweep("replay", folder, "--train")
    assert said.code == 1
    assert "before it was complete with 0.123" in said.out


def test_trials_are_trained_again_with_as_many_threads_as_the_sweep_had(finished, sinesweep, tmp_path, monkeypatch):
    folder, limits = Path(shutil.copytree(finished, tmp_path / "sweep")), []
    assert [event["threads"] for event in read_events(folder / "events.jsonl") if "threads" in event] == [
        this_machine().cpus
    ]
    note(folder / "events.jsonl", {"threads": 77})
    monkeypatch.setattr(replaying.backend, "limit", lambda threads, gpus: limits.append(threads))
    monkeypatch.setattr(replaying, "_trained", lambda *arguments: [])
    assert "with 77 at last" in sinesweep("replay", folder, "--train").out
    assert limits == [77]


def test_a_journal_that_was_cut_is_replayed_as_far_as_it_goes(finished, sinesweep, tmp_path):
    folder = Path(shutil.copytree(finished, tmp_path / "sweep"))
    journal = folder / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(place for place, line in enumerate(lines) if b'"op_code":4' in line)  # a trial is made
    journal.write_bytes(b"".join(lines[:last]))
    said = sinesweep("replay", folder)
    assert said.code == 0
    assert "4 asks gave the same trial again." in said.out


def test_a_sweep_without_a_record_says_so(finished, sinesweep, tmp_path):
    folder = Path(shutil.copytree(finished, tmp_path / "sweep"))
    (folder / "events.jsonl").unlink()
    for command in (["replay", folder], ["replay", folder, "--train"]):  # who was stopped early stands in it too
        said = sinesweep(*command)
        assert said.code == 2
        assert "events.jsonl is missing or empty, so the order is not known" in said.err


def test_a_sweep_without_a_trial_says_so(tone_sweep, sinesweep, tmp_path):
    place, sweep = SweepFolder(tmp_path / "sweep"), check_document(tone_sweep())
    place.path.mkdir()
    place.begin(sweep)
    RecordedStudy(sweep, place.storage(sweep), place.events_file)
    said = sinesweep("replay", place.path)
    assert (said.code, said.out) == (0, "No trial was asked for yet, so there is nothing to replay.\n")
    said = sinesweep("replay", place.path, "--train")
    assert said.code == 0
    assert said.out.endswith("\nNo trial has a score yet, so there is nothing to train again.\n")


@pytest.mark.slow
@pytest.mark.ray
def test_a_sweep_of_two_workers_that_was_killed_is_the_same_again(write_sweep, sinesweep, tmp_path):
    folder = tmp_path / "sweep"
    file = write_sweep(
        fit={"epochs": 40, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
        search={"startup_trials": 2},
        budget={"trials": 8},
        workers={"count": 2, "cpus_per_trial": 0.5},
    )
    command = [sys.executable, "-m", "sinesweep_runner", "run", str(file), "--out", str(folder)]
    with (tmp_path / "said.txt").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, process_group=0)
    until = time.monotonic() + PATIENCE_S
    while sum("tell" in event for event in read_events(folder / "events.jsonl")) < 3:
        assert process.poll() is None, (tmp_path / "said.txt").read_text()
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    resumed = subprocess.run(
        [*command[:3], "resume", str(folder), "--no-finalize"], capture_output=True, text=True, check=False
    )
    assert resumed.returncode == 0, resumed.stderr
    assert any("resume" in event for event in read_events(folder / "events.jsonl"))
    said = sinesweep("replay", folder, "--train")
    assert said.code == 0, said.out
    assert json.loads((folder / "leaderboard.json").read_text())["counts"]["complete"] >= 1
    assert SweepFolder(folder).sweep().workers.count == 2
