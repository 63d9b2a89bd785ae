"""The scan: every problem file by file, and nothing is opened twice."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sinesweep.dataset import Clip, Dataset
from sinesweep.errors import DatasetError
from sinesweep_runner.sound import audiofile
from sinesweep_runner.sound.scan import apply_policy, scan
from sinesweep_runner.sound.waveforms import WaveformStore

RATE_HZ = 8000


@pytest.fixture
def store(tmp_path):
    return WaveformStore(tmp_path / "store", limit_bytes=10**9)


def write(path, wave, rate_hz=RATE_HZ):
    soundfile.write(path, wave, rate_hz, subtype="FLOAT")


def noise(seed, seconds=0.5):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * RATE_HZ)).astype(np.float32)


@pytest.fixture
def data(tmp_path):
    """200 good clips of two classes by ten speakers."""
    clips = []
    for i in range(200):
        write(tmp_path / f"{i:03}.wav", noise(i))
        clips.append(Clip(str(tmp_path / f"{i:03}.wav"), "ab"[i % 2], group=f"s{i % 10}"))
    return Dataset("made", tuple(clips), ("a", "b"))


def kinds(report):
    return {(Path(problem.path).name, problem.kind, problem.fatal) for problem in report.problems}


def test_good_clips_have_no_problems_and_are_described(data, store):
    report = scan(data, store)
    assert report.problems == ()
    assert report.warnings() == []
    assert set(report.rates_hz) == {RATE_HZ}
    assert set(report.channels) == {1}
    assert set(report.durations_s) == {0.5}
    assert report.groups_by_class == {"a": 5, "b": 5}
    assert apply_policy(data, report, "auto") is data


def test_a_piece_of_sound_that_is_listed_twice_is_not_called_its_own_duplicate(data, store):
    report = scan(replace(data, clips=(*data.clips, data.clips[0])), store)
    assert [str(problem) for problem in report.problems] == [f"{data.clips[0].path}: it is listed more than once"]


def test_every_problem_is_listed_file_by_file(data, store, tmp_path):
    write(tmp_path / "000.wav", np.full(4000, np.nan, np.float32))
    write(tmp_path / "001.wav", np.zeros(4000))
    write(tmp_path / "002.wav", np.clip(noise(2) * 4, -1, 1))
    write(tmp_path / "003.wav", noise(3, 0.05))
    write(tmp_path / "004.wav", np.zeros(0))
    (tmp_path / "005.wav").write_text("text")
    (tmp_path / "006.wav").write_bytes(b"")
    (tmp_path / "007.wav").write_bytes(os.urandom(5000))
    (tmp_path / "008.wav").unlink()
    write(tmp_path / "011.wav", noise(9))  # 009 and 011 have one label
    write(tmp_path / "013.wav", noise(12))  # 012 and 013 have two
    report = scan(data, store)
    assert kinds(report) == {
        ("000.wav", "not_finite", True),
        ("001.wav", "silent", False),
        ("002.wav", "clipped", False),
        ("003.wav", "short", False),
        ("004.wav", "no_samples", True),
        ("005.wav", "undecodable", True),
        ("006.wav", "empty", True),
        ("007.wav", "undecodable", True),
        ("008.wav", "missing", True),
        ("011.wav", "duplicate", False),
        ("012.wav", "two_labels", True),
        ("013.wav", "two_labels", True),
    }
    assert len(report.durations_s) == 200 - 8
    warnings = "\n".join(report.warnings())
    assert "two_labels: 2 clips (left out)" in warnings
    assert "the same sound is labelled 'a' and 'b'; see" in warnings
    assert f"duplicate: 1 clip\n  {tmp_path / '011.wav'}: the same sound as {tmp_path / '009.wav'}" in warnings
    assert kinds(scan(data, store)) == kinds(report)


def test_a_file_that_was_copied_in_part_is_said_and_used(data, store, tmp_path):
    whole = (tmp_path / "000.wav").read_bytes()
    (tmp_path / "000.wav").write_bytes(whole[: len(whole) - 8000])  # 2000 of 4000 samples of 4 bytes
    report = scan(data, store)
    assert [str(problem) for problem in report.problems] == [
        f"{tmp_path / '000.wav'}: it ends after 0.25 s of the 0.5 s that its header promises: it was copied or written"
        " in part"
    ]
    assert kinds(report) == {("000.wav", "truncated", False)}
    assert apply_policy(data, report, "stop") is data
    assert kinds(scan(data, store)) == kinds(report)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFF000], ids=["ffmpeg's", "SoX's"])
def test_a_recording_from_a_pipe_that_could_not_know_its_length_was_not_copied_in_part(data, store, tmp_path, size):
    recorded = bytearray((tmp_path / "000.wav").read_bytes())
    at = recorded.index(b"data") + 4
    recorded[at : at + 4] = size.to_bytes(4, "little")
    (tmp_path / "000.wav").write_bytes(recorded)
    assert scan(data, store).problems == ()


def test_few_bad_files_are_skipped_and_many_stop_the_sweep(data, store, tmp_path):
    for i in range(2):
        (tmp_path / f"{i:03}.wav").write_text("text")
    report = scan(data, store)
    assert len(apply_policy(data, report, "auto").clips) == 198
    (tmp_path / "002.wav").write_text("text")
    report = scan(data, store)
    with pytest.raises(DatasetError) as error:
        apply_policy(data, report, "auto")
    assert "3 of 200 clips (1.5%) cannot be used" in str(error.value)
    assert all(str(tmp_path / f"{i:03}.wav") in str(error.value) for i in range(3))
    assert "set audio.problems: skip" in str(error.value)
    assert len(apply_policy(data, report, "skip").clips) == 197


def test_stop_means_at_the_first_bad_file(data, store, tmp_path):
    (tmp_path / "000.wav").write_text("text")
    with pytest.raises(DatasetError, match=r"1 of 200 clips \(0\.5%\)"):
        apply_policy(data, scan(data, store), "stop")


def test_a_class_of_which_nothing_is_left_is_refused(store, tmp_path):
    for i in range(4):
        write(tmp_path / f"{i}.wav", noise(i))
    (tmp_path / "0.wav").write_text("text")
    clips = tuple(Clip(str(tmp_path / f"{i}.wav"), "x" if i == 0 else "y") for i in range(4))
    data = Dataset("made", clips, ("x", "y"))
    with pytest.raises(DatasetError, match="no clip of class 'x' is left"):
        apply_policy(data, scan(data, store), "skip")


def test_nothing_but_bad_files_is_refused(store, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.wav").touch()
    data = Dataset("made", tuple(Clip(str(tmp_path / f"{x}.wav"), x) for x in "ab"), ("a", "b"))
    with pytest.raises(DatasetError, match=r"2 of 2 clips \(100\.0%\)"):
        apply_policy(data, scan(data, store), "auto")


def test_scan_and_store_share_one_decoding(data, store, monkeypatch):
    """Files are opened once for both; after that, only those that changed."""
    opened, decode = [], audiofile.decode
    monkeypatch.setattr(audiofile, "decode", lambda path, *part: opened.append(path) or decode(path, *part))
    scan(data, store)
    store.prepare(data.clips, RATE_HZ)
    scan(data, store)
    assert len(opened) == 200
    write(data.clips[7].path, noise(999))
    scan(data, store)
    assert opened[200:] == [data.clips[7].path]


def test_progress_counts_files(data, store):
    seen = []
    scan(data, store, lambda done, total: seen.append((done, total)))
    assert seen == [(done, 200) for done in range(201)]
    seen.clear()
    scan(data, store, lambda done, total: seen.append((done, total)))
    assert seen == [(200, 200)]


def test_a_second_scan_imports_no_sound_library(data, store):
    """`sinesweep check` stays light: the index answers."""
    scan(data, store)
    question = (
        "import sys; from pathlib import Path; from sinesweep.dataset import *;"
        "from sinesweep_runner.sound.scan import scan;"
        "from sinesweep_runner.sound.waveforms import WaveformStore;"
        f"clips = tuple(Clip(str(p), 'a') for p in sorted(Path({str(store.folder.parent)!r}).glob('*.wav')));"
        f"scan(Dataset('x', clips, ('a',)), WaveformStore(Path({str(store.folder)!r}), 10**9));"
        "print([name for name in ('soundfile', 'soxr', 'sklearn', 'keras', 'ray') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_real_recordings_are_usable(store, fsdd):
    """The Free Spoken Digit Dataset: nothing fatal in a hundred of its files."""
    files = sorted((fsdd / "recordings").glob("*.wav"))[::30]
    data = Dataset("fsdd", tuple(Clip(str(f), f.name[0], f.name.split("_")[1]) for f in files), tuple("0123456789"))
    report = scan(data, store)
    assert report.bad == ()
    assert len(report.durations_s) == 100
