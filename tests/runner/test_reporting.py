"""The report of a sweep's folder: whole whatever has become of the folder, its sounds and its plugins."""

import json
import re
import shlex
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
from sinesweep.exports import Export, read_exports, record_export
from sinesweep.intervals import wilson
from sinesweep.sweepfile import check_document
from sinesweep_runner import closelook, reporting, run
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
    assert opened["baseline_interval"] == pytest.approx(wilson(opened["baseline"], opened["clips"]))
    assert story.board.test.baseline_interval == tuple(opened["baseline_interval"])
    assert told(swept, "closer-0")["tested"]["clips"] == opened["clips"]


def test_every_examined_trial_lists_its_mistakes_and_those_that_were_not_shown_closely_have_no_sounds(folder):
    story, _ = reporting.write_report(folder, shown=1)
    best = story.board.best.number
    assert set(story.mistakes) == set(story.examinations) == {0, 1, 2, 3}
    assert set(story.summaries) == {best}
    heard = {number for number, these in story.mistakes.items() if any(each.audio for each in these)}
    assert heard == {best}
    assert all(len(these) == min(story.examinations[number].wrong, 12) for number, these in story.mistakes.items())


def test_trials_that_are_asked_for_are_shown_closely_whatever_their_rank(folder, sinesweep):
    *_, last = board_of(folder).rows
    assert sinesweep("report", folder, "--trials", "1", "--trial", last.number, "--trial", "0").code == 0
    close = told(folder, f"closer-{last.number}")
    assert "log_mel" in close["summary"]
    assert close["mistakes"][0]["audio"].startswith("data:audio/")
    assert told(folder, "closer-0")["summary"] == ""
    assert "Not in this report" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_trial_that_has_not_ended_cannot_be_asked_for(folder, sinesweep):
    said = sinesweep("report", folder, "--no-audio", "--trial", "7")
    assert said.code == 2
    assert "trial 7 has not ended, or there is none; it has 0 … 3" in said.err
    watched = sinesweep("report", folder, "--watch", "--trial", "1")
    assert watched.code == 2
    assert f"sinesweep report {folder} --trial 1" in watched.err


def test_an_opening_of_an_older_version_has_no_interval_of_the_baseline(folder):
    place = SweepFolder(folder)
    opened = place.recall(place.test_file)
    opened.pop("baseline_interval")
    place.record(place.test_file, opened)
    test = board_of(folder).test
    assert (test.baseline, test.baseline_interval) == (opened["baseline"], None)
    assert test.interval == tuple(opened["interval"])


def test_without_audio_the_mistakes_are_listed_and_nothing_is_embedded(folder):
    story, _ = reporting.write_report(folder, audio=False)
    assert story.mistakes
    assert not any(each.audio or each.picture for these in story.mistakes.values() for each in these)
    assert "data:audio" not in (folder / "report.html").read_text(encoding="utf-8")


def test_no_folder_of_this_machine_is_named_unless_asked(folder):
    for paths in (False, True):
        _, files = reporting.write_report(folder, audio=False, paths=paths)
        assert any(str(folder) in file.read_text(encoding="utf-8") for file in files) == paths


def test_the_command_repeats_the_sweep_where_the_page_says(folder, sinesweep, monkeypatch):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Repeat it, in the folder of this report:" in page
    story = reporting.story_of(folder, audio=False)
    program, *command = shlex.split(story.command)
    assert program == "sinesweep"
    monkeypatch.chdir(folder)
    assert sinesweep(*command).code == 0
    again = board_of(folder.parent / "moved-again")
    assert {row.number: row.score for row in again.rows} == {row.number: row.score for row in story.board.rows}
    assert again.test.score == story.board.test.score


def test_the_command_can_be_typed_anywhere_where_it_may_name_folders(folder):
    story = reporting.story_of(folder, audio=False, paths=True)
    assert story.command == f"sinesweep run {folder / 'sweep.yaml'} --out {folder}-again"
    assert story.command_in == ""


def test_the_command_names_the_backend_that_the_sweep_ran_on(folder):
    journal = folder / "study.journal"
    text = re.sub(r'"backend": ?"tensorflow [\d.]+"', '"backend": "jax 0.7.2"', journal.read_text(encoding="utf-8"))
    journal.write_text(text, encoding="utf-8")
    command = reporting.story_of(folder, audio=False).command
    assert command == "KERAS_BACKEND=jax sinesweep run sweep.yaml --out ../moved-again"


def test_a_folder_on_another_machine_without_the_sounds_has_its_report(folder):
    split = (folder / "split.json").read_text(encoding="utf-8")
    home = str(Path(json.loads(split)["clips"][0]["path"]).parents[1])
    for file in ("split.json", "sweep.yaml"):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(home, "/nowhere/else"), encoding="utf-8")
    story, _ = reporting.write_report(folder, shown=1)
    mistakes = story.mistakes[story.board.best.number]
    assert {each.audio for each in mistakes} == {None}
    assert "not there" in mistakes[0].note
    assert not story.missing


def test_a_part_that_fails_is_named_and_the_others_are_there(folder, monkeypatch):
    def fail(*_args):
        raise PluginFault("architecture", "mlp", "build", "it fell over")

    monkeypatch.setattr(closelook, "summary_of", fail)
    monkeypatch.setattr(closelook, "mistakes_of", lambda *_args: 1 / 0)
    story, files = reporting.write_report(folder, shown=1)
    best = story.board.best.number
    assert story.missing == [
        f"Not in this report: the sounds of trial {best}: ZeroDivisionError: division by zero",
        f"Not in this report: the network of trial {best}: architecture 'mlp' failed in build: it fell over",
    ]
    assert set(story.examinations) == {0, 1, 2, 3}
    assert story.missing[0] in files[0].read_text(encoding="utf-8")


def test_damaged_answers_are_named_and_the_others_are_there(folder):
    board = board_of(folder)
    worst = board.rows[-1].number
    look = closelook.CloseLook(SweepFolder(folder), reporting.story_of(folder, audio=False).results)
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


def test_a_watched_report_waits_for_a_search_that_has_not_begun_and_says_so_once(folder, monkeypatch):
    running, begun, said = iter([True, True, True, False]), iter([False, False, True]), []
    monkeypatch.setattr(SweepFolder, "is_run", lambda place: next(running))
    monkeypatch.setattr(SweepFolder, "has_begun", lambda place, sweep: next(begun))
    monkeypatch.setattr(reporting.time, "sleep", lambda _: None)
    reporting.watch_report(folder, said.append, audio=False, shown=1)
    assert [line.split(":")[0].split(";")[0] for line in said] == [
        "The search has not begun yet",
        "3 ended trials",
        "Nobody runs this sweep any more",
    ]


@pytest.fixture
def exported(folder, monkeypatch):
    """A winner that `sinesweep export` finds to have been exported and measured."""
    made = Export(
        "onnx", "exports/onnx", "onnxruntime 1.22", 250_000, 0.5, 1, 9 * 10**7, 7 * 10**7, "3 clips", 0.0, 1e-3
    )

    def export(best, *_args, **_more):
        record_export(best, made)
        return made

    monkeypatch.setattr("sinesweep_runner.export.exporting.export", export)
    return folder / "best"


def test_an_export_tells_the_leaderboard_and_says_what_tells_the_page(exported, sinesweep):
    folder = exported.parent
    page = (folder / "report.html").read_bytes()
    said = sinesweep("export", exported, "--format", "onnx")
    assert said.code == 0
    assert f"sinesweep report {folder} puts it into report.html" in said.out
    assert "export_onnx_memory_bytes" in (folder / "leaderboard.csv").read_text(encoding="utf-8")
    assert "is exported: onnx 250 kB, 0.5 ms" in (folder / "leaderboard.md").read_text(encoding="utf-8")
    assert report.from_json((folder / "leaderboard.json").read_text(encoding="utf-8")).best.exports
    assert str(folder) not in (folder / "leaderboard.csv").read_text(encoding="utf-8")
    assert (folder / "report.html").read_bytes() == page


def test_an_export_of_a_winner_that_lies_elsewhere_tells_no_leaderboard(exported, sinesweep, tmp_path):
    alone = Path(shutil.copytree(exported, tmp_path / "alone" / "best"))
    assert "leaderboard" not in sinesweep("export", alone, "--format", "onnx").out
    assert [file.name for file in alone.parent.iterdir()] == ["best"]


def test_an_export_is_whole_where_the_leaderboard_cannot_be_told(exported, sinesweep):
    (exported.parent / "study.journal").unlink()
    said = sinesweep("export", exported, "--format", "onnx")
    assert said.code == 0
    assert "board:    stays as it was; " in said.out


def test_exports_stand_on_the_row_of_the_trial_that_was_made_the_winner(folder):
    *_, last = board_of(folder).rows
    (folder / "test.json").unlink()  # as of a sweep without a test part
    facts = json.loads((folder / "best" / "model.json").read_text(encoding="utf-8"))
    (folder / "best" / "model.json").write_text(json.dumps(facts | {"trial": last.number}), encoding="utf-8")
    record_export(folder / "best", Export("onnx", "exports/onnx", "", 1, 1.0, 1, 2, 1, "", 0.0, None))
    rows = board_of(folder).rows
    assert [row.number for row in rows if row.exports] == [last.number]
    assert rows[-1].exports == read_exports(folder / "best")


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
