"""Long recordings: windows with times, segments, and memory that does not grow with the length."""

from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
import soundfile

from sinesweep.lengths import Length
from sinesweep_runner.model.artifact import Artifact
from sinesweep_runner.model.prediction import predict
from sinesweep_runner.model.segments import segments
from sinesweep_runner.model.told import Prediction
from sinesweep_runner.model.windowing import only_window, windows
from sinesweep_runner.sound import audiofile, streaming


@pytest.fixture
def long(tone, tmp_path):
    """4 s: low, high, low, a second of each and two of the last."""
    file = tmp_path / "long.wav"
    wave = np.concatenate([tone(300, 1), tone(900, 1), tone(300, 2)])
    soundfile.write(file, wave, 4000, subtype="FLOAT")
    return file


@pytest.mark.parametrize("rates_hz", [(8000, 44100), (44100, 16000), (8000, 8000), (48000, 22050)])
@pytest.mark.parametrize("samples", [1, 999, 600_000])
def test_a_file_read_in_blocks_is_the_file(rates_hz, samples, tmp_path):
    native_hz, rate_hz = rates_hz
    wave = np.random.default_rng(0).uniform(-0.5, 0.5, (samples, 2))
    soundfile.write(tmp_path / "some.wav", wave, native_hz, subtype="FLOAT")
    with streaming.recording(tmp_path / "some.wav", rate_hz) as sound:
        blocks = list(sound.blocks())
    whole = audiofile.read(tmp_path / "some.wav", rate_hz)
    assert np.array_equal(np.concatenate(blocks), whole)
    assert sound.samples == len(whole)


def test_of_a_file_that_was_cut_off_what_is_left_is_answered(model, tone, tmp_path):
    soundfile.write(tmp_path / "cut.mp3", tone(300, 20, 8000), 8000)
    content = (tmp_path / "cut.mp3").read_bytes()
    (tmp_path / "cut.mp3").write_bytes(content[: len(content) // 2])
    found = predict(model, [tmp_path / "cut.mp3"], hop_s=0.5)
    seconds = len(audiofile.decode(tmp_path / "cut.mp3")[0]) / 8000
    assert 5 < seconds < 15
    assert found[-1].stop_s == pytest.approx(seconds, abs=1e-3)
    assert {each.label for each in found} == {"low"}


def test_a_fault_late_in_a_recording_leaves_the_answers_before_it(model, tone, tmp_path):
    wave = np.tile(tone(300, 1), 100)
    wave[-10] = np.nan
    soundfile.write(tmp_path / "late.wav", wave, 4000, subtype="FLOAT")
    *before, last = predict(model, [tmp_path / "late.wav"], hop_s=0.5)
    assert "NaN or infinite" in last.error
    assert len(before) > 100
    assert not any(each.failed for each in before)


@pytest.mark.parametrize("samples", [1, 7, 8, 9, 20, 21, 100])
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_windows_of_a_stream_are_those_of_the_whole(samples, block):
    wave = np.arange(1, samples + 1, dtype=np.float32)
    blocks = [wave[start : start + block] for start in range(0, samples, block)]
    length = Length("windows", 8000, 8, 3)
    assert np.array_equal([window for _, window in windows(blocks, length, 3)], length.windows(wave))
    for policy in ("pad", "crop", "loop"):
        length = Length(policy, 8000, 8)
        assert np.array_equal(only_window(blocks, length, samples), length.windows(wave)[0])


def test_every_window_is_answered_with_its_times(model, long):
    found = predict(model, [long], hop_s=0.4)
    assert [each.start_s for each in found] == [0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.5]
    assert found[-1].stop_s == 4.0
    assert [each.label for each in found if each.start_s in (0.0, 1.2, 3.2)] == ["low", "high", "low"]
    wave = audiofile.read(long, 4000)
    assert list(found[3].probabilities.values()) == pytest.approx(model.answer(wave[None, 4800:6800])[0], abs=1e-5)


def test_progress_is_told_file_by_file_up_to_the_last(model, tone, tmp_path):
    for name in ("one.wav", "two.wav"):
        soundfile.write(tmp_path / name, tone(), 4000)
    told = []
    predict(model, [tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (1, 2), (2, 2)]


def test_progress_within_a_recording_is_the_share_that_has_been_read(model, long):
    """Windows of 0.5 s, of which the last ends with the 4 s."""
    told = []
    predict(model, [long], hop_s=0.5, progress=lambda done, total: told.append((done, total)))
    assert told == [(each / 8, 1) for each in range(1, 9)] + [(1, 1)]


def test_a_file_that_cannot_be_read_does_not_stop_the_progress(model, tone, tmp_path):
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    soundfile.write(tmp_path / "good.wav", tone(), 4000)
    told = []
    predict(model, [tmp_path / "bad.wav", tmp_path / "good.wav"], progress=lambda done, total: told.append(done))
    assert told == [1, 1, 2]


@pytest.mark.parametrize("policy", ["pad", "crop", "windows"])
def test_a_file_is_heard_in_pieces_as_it_is_as_a_whole(make_model, long, policy):
    model = Artifact.load(make_model(Length(policy, 4000, 2000, 1500 if policy == "windows" else 0)))
    heard = model.length.windows(audiofile.read(long, 4000))
    (found,) = predict(model, [long])
    assert list(found.probabilities.values()) == pytest.approx(model.answer(heard).mean(axis=0), abs=1e-5)


def test_windows_with_the_same_answer_are_one_segment(model, long):
    found = segments(model, predict(model, [long], hop_s=0.25))
    assert [(each.label, each.start_s, each.stop_s) for each in found] == [
        ("low", 0.0, 1.0),
        ("high", 1.0, 2.0),
        ("low", 2.0, 4.0),
    ]


def test_overlapping_windows_decide_together_and_what_is_unsure_is_left_out(model):
    def window(start_s, low):
        by_class = {"low": low, "high": 1 - low}
        return Prediction("some.wav", probabilities=by_class, start_s=start_s, stop_s=start_s + 1)

    windows = [window(0.0, 0.9), window(0.5, 0.5), window(1.0, 0.3)]
    found = segments(model, windows)
    assert [(each.label, each.start_s, each.stop_s) for each in found] == [("low", 0.0, 1.0), ("high", 1.0, 2.0)]
    # 0.9 for the first half second, (0.9 + 0.5) / 2 for the next; then (0.5 + 0.7) / 2 up to the end of the last.
    assert found[0].probability == pytest.approx((0.9 + 0.7) / 2)
    assert [each.label for each in segments(model, windows, threshold=0.65)] == ["low", "high"]
    assert [each.stop_s for each in segments(model, windows, threshold=0.8)] == [0.5]


def test_three_hours_need_no_more_memory_than_a_minute(model, tmp_path):
    rate_hz, seconds = 4000, 3 * 3600
    size = 2 * rate_hz * seconds
    file = tmp_path / "night.wav"
    with file.open("wb") as stream:  # a hole on the disk, which reads as silence
        stream.write(struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE"))
        stream.write(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16))
        stream.write(struct.pack("<4sI", b"data", size))
        stream.truncate(44 + size)
    predict(model, [file])
    tracemalloc.start()
    try:
        found = predict(model, [file], hop_s=0.5)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(found), found[-1].stop_s) == (2 * seconds, seconds)
    assert peak_bytes < 4 * rate_hz * seconds / 3
