"""Lengths: clips of any length become windows of one length."""

import dataclasses
import json

import numpy as np
import pytest

from sinesweep.errors import SweepError
from sinesweep.lengths import POLICIES, Length, aggregate


def ramp(samples: int) -> np.ndarray:
    return np.arange(1, samples + 1, dtype=np.float32)


@pytest.mark.parametrize(
    ("policy", "short", "long"),
    [
        ("pad", [1, 2, 3, 0, 0, 0], [1, 2, 3, 4, 5, 6]),
        ("crop", [0, 1, 2, 3, 0, 0], [3, 4, 5, 6, 7, 8]),
        ("loop", [1, 2, 3, 1, 2, 3], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_one_window_for_short_and_long_clips(policy, short, long):
    length = Length(policy, rate_hz=8000, samples=6)
    assert length.windows(ramp(3)).tolist() == [short]
    assert length.windows(ramp(10)).tolist() == [long]
    assert length.count(3) == length.count(10) == 1


def test_windows_lose_no_tail():
    length = Length("windows", rate_hz=8000, samples=4, hop=3)
    assert length.windows(ramp(8)).tolist() == [[1, 2, 3, 4], [4, 5, 6, 7], [5, 6, 7, 8]]
    assert length.windows(ramp(7)).tolist() == [[1, 2, 3, 4], [4, 5, 6, 7]]
    assert length.windows(ramp(2)).tolist() == [[1, 2, 0, 0]]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("samples", [1, 2, 4, 5, 8, 9, 31])
def test_count_tells_how_many_windows_there_will_be(policy, samples):
    length = Length(policy, rate_hz=8000, samples=5, hop=2)
    windows = length.windows(ramp(samples))
    assert windows.shape == (length.count(samples), 5)
    assert windows.dtype == np.float32
    assert policy != "windows" or set(ramp(samples)) <= set(windows.ravel())


def test_windows_are_an_array_of_their_own(tmp_path):
    """A memory-mapped waveform cannot be changed through its windows."""
    np.save(tmp_path / "wave.npy", ramp(9))
    wave = np.load(tmp_path / "wave.npy", mmap_mode="r")
    for policy in POLICIES:
        Length(policy, rate_hz=8000, samples=4, hop=4).windows(wave)[:] = 0
    assert wave.sum() == 45


def test_a_length_is_json():
    length = Length("windows", rate_hz=22050, samples=100, hop=50)
    assert Length(**json.loads(json.dumps(dataclasses.asdict(length)))) == length


def test_a_hop_that_would_skip_sound_is_the_users_mistake():
    with pytest.raises(SweepError, match=r"audio\.hop_s: windows of 1 s every 2 s would skip sound"):
        Length("windows", rate_hz=100, samples=100, hop=200)


def test_aggregate_is_the_mean_over_a_clips_windows():
    windows = np.array([[0.2, 0.8], [1.0, 0.0], [0.4, 0.6]])
    assert aggregate(windows, [1, 0, 1], clips=2) == pytest.approx(np.array([[1.0, 0.0], [0.3, 0.7]]))


def test_aggregate_needs_a_window_of_every_clip():
    with pytest.raises(ValueError, match="each of 3 clips"):
        aggregate(np.ones((2, 2)), [0, 2], clips=3)
