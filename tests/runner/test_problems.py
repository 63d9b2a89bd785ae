"""Every problem of the sounds is listed in a file, and a few of each kind in the terminal."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import soundfile

from sinesweep.sweepfile import check_document
from sinesweep_runner import run
from sinesweep_runner.preparing import look, read_table
from sinesweep_runner.sound.waveforms import default_store

DONE, MISTAKE = 0, 2
BAD, SILENT = 7, 5


@pytest.fixture
def sounds(tones, tmp_path):
    """Seven files of text, five of silence, of which four are duplicates of the first, and sounds."""
    folder = Path(shutil.copytree(tones, tmp_path / "sounds"))
    for clipped in folder.glob("*/rec5_take1.wav"):
        clipped.unlink()
    for number in range(BAD):
        (folder / "hum" / f"rec1_text{number}.wav").write_text("this is not sound")
    for number in range(SILENT):
        soundfile.write(folder / "hiss" / f"rec2_still{number}.wav", [0.0] * 4000, 8000)
    return folder


@pytest.fixture
def asked(sounds):
    def make(policy):
        data = {"reader": "folder", "path": str(sounds), "group": r"(\w+/rec\d+)"}
        return {"data": data, "audio": {"problems": policy}}

    return make


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as table:
        return [(Path(row["path"]).name, row["kind"], row["clip"]) for row in csv.DictReader(table)]


EXPECTED = [
    *((f"rec1_text{number}.wav", "undecodable", "left out") for number in range(BAD)),
    *((f"rec2_still{number}.wav", "duplicate", "kept") for number in range(1, SILENT)),
    *((f"rec2_still{number}.wav", "silent", "kept") for number in range(SILENT)),
]


def test_a_run_lists_every_problem_in_its_folder_and_a_few_in_the_terminal(
    tone_sweep, asked, tmp_path, monkeypatch, capfd
):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sinesweep_runner.sweeping.material_of", stop)
    with pytest.raises(KeyboardInterrupt):
        run(check_document(tone_sweep(**asked("skip"))), tmp_path / "sweep")
    file, said = tmp_path / "sweep" / "problems.csv", capfd.readouterr().err
    assert rows_of(file) == EXPECTED
    assert f"undecodable: {BAD} clips (left out)" in said
    assert sum("rec1_text" in line for line in said.splitlines()) == 3
    assert f"Every problem is listed in {file}." in said


def test_a_run_that_stops_for_them_lists_them_too(sinesweep, write_sweep, asked, tmp_path):
    said = sinesweep("run", write_sweep(**asked("stop")), "--out", tmp_path / "sweep")
    assert said.code == MISTAKE
    assert f"Every problem is listed in {tmp_path / 'sweep' / 'problems.csv'}." in said.err
    assert rows_of(tmp_path / "sweep" / "problems.csv") == EXPECTED


def test_check_lists_them_where_it_is_asked_to_and_nowhere_else(sinesweep, write_sweep, asked, tmp_path):
    file = write_sweep(**asked("skip"))
    before = {each.name for each in tmp_path.iterdir()}
    said = sinesweep("check", file)
    assert (said.code, "is listed in" in said.out) == (DONE, False)
    assert {each.name for each in tmp_path.iterdir()} == before
    said = sinesweep("check", file, "--problems", tmp_path / "problems.csv")
    assert f"Every problem is listed in {tmp_path / 'problems.csv'}." in said.out
    assert rows_of(tmp_path / "problems.csv") == EXPECTED


def test_where_all_is_well_check_writes_an_empty_list_and_says_so(sinesweep, write_sweep, sounds, asked, tmp_path):
    for file in (*sounds.glob("*/*text*"), *sounds.glob("*/*still*")):
        file.unlink()
    said = sinesweep("check", write_sweep(**asked("skip")), "--problems", tmp_path / "problems.csv")
    assert said.code == DONE
    assert f"No problem; the list {tmp_path / 'problems.csv'} is empty." in said.out
    assert rows_of(tmp_path / "problems.csv") == []
    said = sinesweep("check", write_sweep(**asked("skip")), "--problems", tmp_path / "nowhere" / "problems.csv")
    assert said.code == MISTAKE


def test_a_list_that_cannot_be_written_is_a_mistake(sinesweep, write_sweep, asked, tmp_path):
    said = sinesweep("check", write_sweep(**asked("skip")), "--problems", tmp_path / "nowhere" / "problems.csv")
    assert said.code == MISTAKE
    assert f"{tmp_path / 'nowhere' / 'problems.csv'} cannot be written: No such file or directory" in said.err


@pytest.fixture
def listed(tone_sweep, asked, tmp_path):
    """Looks at the sounds as a run does; the file of the list."""

    def look_again():
        table = read_table(check_document(tone_sweep(**asked("skip"))))
        look(table, table.sweep, default_store(), lambda what: lambda done, total: None, tmp_path / "problems.csv")
        return tmp_path / "problems.csv"

    return look_again


def test_sounds_that_have_been_mended_leave_no_list(sounds, listed):
    assert listed().exists()
    for file in (*sounds.glob("*/*text*"), *sounds.glob("*/*still*")):
        file.unlink()
    assert not listed().exists()


def test_a_clip_that_is_left_out_for_one_problem_is_kept_for_none(sounds, listed):
    shutil.copy(sounds / "hiss" / "rec2_still0.wav", sounds / "hum" / "rec3_still.wav")
    rows = [row for row in rows_of(listed()) if row[0] == "rec3_still.wav"]
    assert rows == [("rec3_still.wav", "two_labels", "left out"), ("rec3_still.wav", "silent", "left out")]
