"""The report of a sweep's folder: whole whatever has become of the folder, its sounds and its plugins."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sinesweep import report
from sinesweep.errors import PluginFault, SweepError
from sinesweep.sweepfile import check_document
from sinesweep_runner import reporting, run
from sinesweep_runner.outcome import board_of
from sinesweep_runner.sweepfolder import SweepFolder


@pytest.fixture(scope="module")
def swept(tones, tmp_path_factory):
    """A sweep that learns too little to make no mistakes, on sounds of its own."""
    home = tmp_path_factory.mktemp("home")
    sounds = Path(shutil.copytree(tones, home / "sounds"))
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(sounds), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 16.0}},
        "architectures": {"mlp": {"layers": 1}},
        "fit": {"epochs": 1, "batch_size": 16, "learning_rate": 1e-5},
        "search": {"pruner": "none"},
        "finalists": {"trials": 0},
        "budget": {"trials": 3},
        "workers": {"count": 1},
    }
    return run(check_document(document), home / "sweeps" / "tones").folder


@pytest.fixture
def folder(swept, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(swept, tmp_path / "moved"))


def told(folder, name):
    """What a block of the page holds."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    return json.loads(re.search(rf'id="{name}">(.*?)</script>', page, re.DOTALL).group(1))


def test_the_end_of_a_run_writes_a_page_with_its_winner_looked_at_closely(swept):
    best = board_of(swept).best.number
    close = told(swept, f"closer-{best}")
    assert close["examination"]["confusion"]
    assert close["mistakes"][0]["audio"].startswith("data:audio/")
    assert close["mistakes"][0]["picture"].startswith("data:image/")
    assert "log_mel" in close["summary"]


def test_every_ended_trial_is_told_with_its_diagnosis(folder):
    story = reporting.story_of(folder, audio=False)
    assert {result.trial.number for result in story.results} == {1, 2, 3}
    assert set(story.examinations) == {0, 1, 2, 3}
    assert set(story.diagnoses) <= {1, 2, 3}
    assert not story.missing


def test_winner_and_baseline_are_examined_on_the_test_part_and_the_scores_are_those_of_its_opening(swept):
    story = reporting.story_of(swept, audio=False)
    opened = json.loads((swept / "test.json").read_text(encoding="utf-8"))
    found = {number: 1 - each.wrong / each.clips for number, each in story.tested.items()}
    assert found == pytest.approx({opened["trial"]: opened["score"], 0: opened["baseline"]})
    assert told(swept, "closer-0")["tested"]["clips"] == opened["clips"]


def test_without_audio_the_mistakes_are_listed_and_nothing_is_embedded(folder):
    story, _ = reporting.write_report(folder, audio=False)
    assert story.mistakes
    assert not any(each.audio or each.picture for these in story.mistakes.values() for each in these)
    assert "data:audio" not in (folder / "report.html").read_text(encoding="utf-8")


def test_no_folder_of_this_machine_is_named_unless_asked(folder):
    for paths in (False, True):
        _, files = reporting.write_report(folder, audio=False, paths=paths)
        assert any(str(folder) in file.read_text(encoding="utf-8") for file in files) == paths


def test_the_command_repeats_the_sweep(folder):
    assert reporting.story_of(folder, audio=False).command == "sinesweep run moved/sweep.yaml --out moved-again"


def test_a_folder_on_another_machine_without_the_sounds_has_its_report(folder):
    split = (folder / "split.json").read_text(encoding="utf-8")
    home = str(Path(json.loads(split)["clips"][0]["path"]).parents[1])
    for file in ("split.json", "sweep.yaml"):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(home, "/nowhere/else"), encoding="utf-8")
    story, _ = reporting.write_report(folder, shown=1)
    [mistakes] = story.mistakes.values()
    assert {each.audio for each in mistakes} == {None}
    assert "not there" in mistakes[0].note
    assert not story.missing


def test_a_part_that_fails_is_named_and_the_others_are_there(folder, monkeypatch):
    def fail(*_args):
        raise PluginFault("architecture", "mlp", "build", "it fell over")

    monkeypatch.setattr(reporting, "summary_of", fail)
    monkeypatch.setattr(reporting, "mistakes_of", lambda *_args: 1 / 0)
    story, files = reporting.write_report(folder, shown=1)
    best = story.board.best.number
    assert story.missing == [
        f"Not in this report: the mistakes of trial {best}: ZeroDivisionError: division by zero",
        f"Not in this report: the network of trial {best}: architecture 'mlp' failed in build: it fell over",
    ]
    assert set(story.examinations) == {0, 1, 2, 3}
    assert story.missing[0] in files[0].read_text(encoding="utf-8")


def test_damaged_answers_are_named_and_the_others_are_there(folder):
    board = board_of(folder)
    worst = board.rows[-1].number
    look = reporting.CloseLook(SweepFolder(folder), reporting.story_of(folder, audio=False).results, False)
    (folder / "predictions" / f"{worst:05d}.npz").write_bytes(b"torn")
    for row in board.rows:
        look.examine(row.number)
    assert set(look.examinations) == {row.number for row in board.rows} - {worst}
    assert len(look.missing) == 1


def test_a_sweep_of_an_older_version_is_told_as_far_as_it_goes(folder):
    journal, newer = folder / "study.journal", ("costs", "unfinished", "worker", "began", "ended", "phases")
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        result = line.get("user_attr", {}).get("result")
        for key in newer if result else ():
            result.pop(key, None)
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    split = json.loads((folder / "split.json").read_text(encoding="utf-8"))
    split.pop("length")
    (folder / "split.json").write_text(json.dumps(split), encoding="utf-8")
    story, _ = reporting.write_report(folder, shown=1)
    assert len(story.board.rows) == 3
    assert "an older Sinesweep ran this sweep" in story.missing[0]


def test_results_that_another_version_wrote_otherwise_are_refused_in_a_sentence(folder):
    journal = folder / "study.journal"
    text = journal.read_text(encoding="utf-8")
    assert '"state": "complete"' in text or '"state":"complete"' in text
    journal.write_text(re.sub(r'"state": ?"complete"', '"state":"finished"', text), encoding="utf-8")
    with pytest.raises(SweepError, match="Another version of Sinesweep wrote it") as refused:
        reporting.story_of(folder)
    assert "state" in str(refused.value)


def test_two_reports_written_at_once_are_both_whole(folder):
    story = reporting.story_of(folder, audio=False)
    writers = [threading.Thread(target=report.write, args=(story, folder)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (folder / "report.html").read_text(encoding="utf-8") == report.to_html(story)
    assert report.from_json((folder / "leaderboard.json").read_text(encoding="utf-8")) == story.board
    assert not list(folder.glob(".*.half"))


def test_a_watched_report_is_fresh_until_the_sweep_ends(folder, monkeypatch):
    running, said, pages = iter([True, True, False]), [], []
    monkeypatch.setattr(SweepFolder, "is_run", lambda place: next(running))
    monkeypatch.setattr(reporting.time, "sleep", lambda _: pages.append((folder / "report.html").read_text()))
    reporting.watch_report(folder, said.append, audio=False, shown=1, paths=False)
    assert len(said) == 3
    assert all('http-equiv="refresh"' in page for page in pages)
    assert 'http-equiv="refresh"' not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_without_a_sweep_is_refused(tmp_path):
    with pytest.raises(SweepError, match="holds no sweep"):
        reporting.story_of(tmp_path)


@pytest.mark.slow
def test_a_report_is_watched_while_its_sweep_really_runs(write_sweep, tmp_path, monkeypatch):
    folder, said, pages = tmp_path / "sweep", [], []
    file = write_sweep(budget={"trials": 12}, search={"pruner": "none"})

    def wait(_):
        pages.append((folder / "report.html").read_text(encoding="utf-8"))
        time.sleep(0.5)

    command = [sys.executable, "-m", "sinesweep_runner", "run", str(file), "--out", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as running:
        while not (folder / "study.journal").exists():
            assert running.poll() is None, running.stderr.read().decode()
            time.sleep(0.1)
        monkeypatch.setattr(reporting, "time", SimpleNamespace(sleep=wait))
        reporting.watch_report(folder, said.append, audio=False, shown=1, paths=False)
        running.communicate()
    assert running.returncode == 0
    assert len({line for line in said if "ended trial" in line}) > 1
    assert all(page.endswith("</html>\n") and 'http-equiv="refresh"' in page for page in pages)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' not in page
    assert "clips that no trial had seen" in page
