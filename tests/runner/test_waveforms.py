"""The waveform store: decoded once, shared, never half-written, never stale."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sinesweep.dataset import Clip
from sinesweep.errors import DatasetError, SweepError, SweepFailed
from sinesweep_runner.cache import entries
from sinesweep_runner.sound import audiofile
from sinesweep_runner.sound.audiofile import AudioError
from sinesweep_runner.sound.waveforms import WaveformStore, default_store

RATE_HZ = 8000


def tone(seconds=0.5, rate_hz=RATE_HZ, hz=440.0):
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def sound(path, wave=None, rate_hz=RATE_HZ, **kind):
    soundfile.write(path, tone(rate_hz=rate_hz) if wave is None else wave, rate_hz, **kind)
    return Clip(str(path), "a")


@pytest.fixture
def store(tmp_path):
    return WaveformStore(tmp_path / "store", limit_bytes=10**9)


@pytest.fixture
def decoded(monkeypatch):
    """The paths that are decoded from now on."""
    paths, decode = [], audiofile.decode
    monkeypatch.setattr(audiofile, "decode", lambda path, *part: paths.append(Path(path).name) or decode(path, *part))
    return paths


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [8000, 22050, 44100])
def test_any_format_rate_and_number_of_channels(tmp_path, suffix, channels, rate_hz):
    """The same 440 Hz comes out, mono, at the rate that was asked for."""
    wave = np.stack([tone(1.0, rate_hz)] * channels, axis=1)
    clip = sound(tmp_path / f"Ton – 音.{suffix}", wave, rate_hz)
    read = audiofile.read(clip.path, 16_000)
    assert read.dtype == np.float32
    assert read.ndim == 1
    assert len(read) == pytest.approx(16_000, abs=16_000 * 0.1)  # MP3 pads with frames of its own
    spectrum = np.abs(np.fft.rfft(read))
    assert spectrum.argmax() * 16_000 / len(read) == pytest.approx(440, abs=2)
    assert np.abs(read).max() == pytest.approx(0.5, abs=0.06)


def test_channels_are_averaged(tmp_path):
    left, right = tone(hz=300), tone(hz=700)
    clip = sound(tmp_path / "stereo.wav", np.stack([left, right], axis=1), subtype="FLOAT")
    assert audiofile.read(clip.path, RATE_HZ) == pytest.approx((left + right) / 2)


def test_a_part_of_a_file(tmp_path):
    clip = sound(tmp_path / "long.wav", tone(2.0), subtype="FLOAT")
    assert audiofile.read(clip.path, RATE_HZ, 0.5, 1.25) == pytest.approx(tone(2.0)[4000:10_000])
    assert len(audiofile.read(clip.path, RATE_HZ, 1.5)) == 4000
    with pytest.raises(AudioError, match="no samples from 3 s on; the file is 2 s long"):
        audiofile.read(clip.path, RATE_HZ, 3.0)


def bad_files(folder):
    sound(folder / "nan.wav", np.array([0, np.nan, np.inf, 0], np.float32), subtype="FLOAT")
    sound(folder / "no_samples.wav", np.zeros(0))
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("This is not sound.\n")
    (folder / "corrupt.wav").write_bytes(b"RIFF\x00\xff\x01\x02garbage" * 9)
    (folder / "folder.wav").mkdir()
    return {
        "nan.wav": ("not_finite", "2 of 4 samples in it are NaN or infinite"),
        "no_samples.wav": ("no_samples", "it has no samples"),
        "empty.wav": ("empty", "the file is empty (0 bytes)"),
        "text.wav": ("undecodable", "it holds text, not sound"),
        "corrupt.wav": ("undecodable", "it cannot be decoded"),
        "folder.wav": ("unreadable", "it cannot be read"),
        "gone.wav": ("missing", "there is no such file"),
    }


def test_bad_files_say_what_is_wrong(tmp_path):
    for name, (kind, reason) in bad_files(tmp_path).items():
        with pytest.raises(AudioError) as error:
            audiofile.read(tmp_path / name, RATE_HZ)
        assert error.value.kind == kind
        assert reason in error.value.reason
        assert str(tmp_path / name) in str(error.value)


def test_prepare_lists_the_bad_files(store, tmp_path):
    clips = [Clip(str(tmp_path / name), "a") for name in bad_files(tmp_path)]
    with pytest.raises(DatasetError) as error:
        store.prepare(clips, RATE_HZ)
    assert all(clip.path in str(error.value) for clip in clips)


def test_entries_are_memory_mapped_float32_in_the_order_of_the_clips(store, tmp_path):
    clips = [sound(tmp_path / f"{hz}.wav", tone(hz=hz), subtype="FLOAT") for hz in (300, 700, 500)]
    seen = []
    for clip, hz, path in zip(
        clips, (300, 700, 500), store.prepare(clips, RATE_HZ, lambda *n: seen.append(n)), strict=True
    ):
        wave = np.load(path, mmap_mode="r")
        assert isinstance(wave, np.memmap)
        assert wave.dtype == np.float32
        assert wave == pytest.approx(tone(hz=hz)), clip
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_nothing_is_decoded_twice(store, tmp_path, decoded):
    clips = [sound(tmp_path / f"{i}.wav", tone(hz=300 + i)) for i in range(3)]
    first = store.prepare(clips, RATE_HZ)
    assert sorted(decoded) == ["0.wav", "1.wav", "2.wav"]
    other_process = WaveformStore(store.folder, 10**9)
    assert other_process.prepare(clips, RATE_HZ) == first
    assert len(decoded) == 3
    assert store.prepare(clips, 4000) != first
    assert len(decoded) == 6


def test_equal_sounds_have_one_entry(store, tmp_path):
    wave = np.round(tone() * 32_767).astype(np.int16)
    clips = [sound(tmp_path / name, wave) for name in ("a.wav", "copy.wav", "packed.flac")]
    stereo = sound(tmp_path / "stereo.wav", np.stack([wave, wave], axis=1))
    assert len(set(store.prepare([*clips, stereo], RATE_HZ))) == 1


def test_parts_of_one_file_have_entries_of_their_own(store, tmp_path):
    path = sound(tmp_path / "long.wav", tone(2.0)).path
    parts = [Clip(path, "a", start_s=start, stop_s=start + 0.5) for start in (0.0, 0.25, 1.5)] + [Clip(path, "a")]
    lengths = [len(np.load(entry)) for entry in store.prepare(parts, RATE_HZ)]
    assert lengths == [4000, 4000, 4000, 16_000]


def test_a_changed_file_is_noticed(store, tmp_path):
    clip = sound(tmp_path / "a.wav", tone(hz=300))
    (before,) = store.prepare([clip], RATE_HZ)
    sound(tmp_path / "a.wav", tone(hz=900))
    os.utime(tmp_path / "a.wav", ns=(1, 1))
    (after,) = store.prepare([clip], RATE_HZ)
    assert after != before
    assert np.load(after) == pytest.approx(tone(hz=900), abs=1e-3)


@pytest.mark.parametrize("damage", [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:-100])])
def test_a_lost_or_cut_off_entry_is_made_again(store, tmp_path, damage):
    clip = sound(tmp_path / "a.wav")
    (entry,) = store.prepare([clip], RATE_HZ)
    damage(entry)
    assert len(np.load(store.prepare([clip], RATE_HZ)[0])) == 4000


def test_a_full_disk_leaves_no_half_entry_and_loses_nothing_else(store, tmp_path, monkeypatch):
    clips = [sound(tmp_path / f"{i}.wav", tone(hz=300 + i)) for i in range(6)]
    save, saved = entries.save, []

    def full_after_three(path, wave):
        if len(saved) == 3:
            path.write_bytes(b"\x93NUMPY half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(path, wave)
        saved.append(path)

    monkeypatch.setattr(entries, "save", full_after_three)
    with pytest.raises(SweepFailed, match=r"the disk is full\. Free some space there, or set SINESWEEP_CACHE"):
        store.prepare(clips, RATE_HZ, workers=1)
    assert [path for path in store.folder.rglob("*.npy") if path.read_bytes().endswith(b"half")] == []
    monkeypatch.setattr(entries, "save", save)
    again = []
    store.prepare(clips, RATE_HZ, lambda done, total: again.append(done))
    assert again == [3, 4, 5, 6]


def test_a_store_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SweepError, match=r"cannot be written.*SINESWEEP_CACHE"):
        WaveformStore(tmp_path / "file" / "store", 10**9).prepare([sound(tmp_path / "a.wav")], RATE_HZ)


def test_a_damaged_index_is_told(store, tmp_path):
    store.folder.mkdir()
    (store.folder / "index.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatasetError, match="Delete this file"):
        store.prepare([sound(tmp_path / "a.wav")], RATE_HZ)


def entry_bytes(seconds):
    return entries.HEADER_BYTES + 4 * round(seconds * RATE_HZ)


def test_the_least_recently_used_is_evicted(tmp_path):
    store = WaveformStore(tmp_path / "store", limit_bytes=3 * entry_bytes(0.5) + 100)
    a, b, c, d = (
        sound(tmp_path / f"{name}.wav", tone(hz=hz)) for name, hz in zip("abcd", (300, 400, 500, 600), strict=True)
    )
    (entry_a,), (entry_b,), (entry_c,) = (store.prepare([clip], RATE_HZ) for clip in (a, b, c))
    store.prepare([a], RATE_HZ)
    (entry_d,) = store.prepare([d], RATE_HZ)
    assert [entry.exists() for entry in (entry_a, entry_b, entry_c, entry_d)] == [True, False, True, True]


def test_what_is_needed_now_is_never_evicted(tmp_path):
    store = WaveformStore(tmp_path / "store", limit_bytes=3 * entry_bytes(0.5) + 100)
    clips = [sound(tmp_path / f"{i}.wav", tone(hz=300 + i)) for i in range(4)]
    store.prepare(clips[:2], RATE_HZ)
    assert all(entry.exists() for entry in store.prepare([clips[0], clips[2], clips[3]], RATE_HZ))
    with pytest.raises(
        DatasetError, match=r"need 64,\d+ bytes, but the store .* may hold 48,\d+\. Set SINESWEEP_CACHE_GB="
    ):
        store.prepare(clips, RATE_HZ)


def test_the_environment_says_where_and_how_much(tmp_path, monkeypatch):
    monkeypatch.setenv("SINESWEEP_CACHE", str(tmp_path / "elsewhere"))
    assert default_store().folder == tmp_path / "elsewhere"
    monkeypatch.setenv("SINESWEEP_CACHE_GB", "much")
    with pytest.raises(SweepError, match="expected a number of gigabytes such as 50, got 'much'"):
        default_store()


PREPARE = f"""
import sys
from pathlib import Path
from sinesweep.dataset import Clip
from sinesweep_runner.sound.waveforms import WaveformStore

folder, *files = sys.argv[1:]
for entry in WaveformStore(Path(folder), 10**9).prepare([Clip(file, "a") for file in files], {RATE_HZ}):
    print(entry)
"""


def test_two_processes_may_prepare_at_once(store, tmp_path):
    files = [sound(tmp_path / f"{i}.wav", tone(hz=300 + i)).path for i in range(40)]
    command = [sys.executable, "-c", PREPARE, store.folder, *files]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    one, other = (process.communicate(timeout=60)[0].splitlines() for process in both)
    assert len(one) == 40
    assert one == other
    assert all(len(np.load(path)) == 4000 for path in one)
    assert list((store.folder / "halves").iterdir()) == []
    with sqlite3.connect(store.folder / "index.sqlite") as connection:
        assert connection.execute("SELECT COUNT(*) FROM entries").fetchone() == (40,)


def test_half_entries_of_a_killed_process_are_swept_up(store, tmp_path):
    store.prepare([sound(tmp_path / "a.wav")], RATE_HZ)
    old, new = store.folder / "halves" / "old.npy", store.folder / "halves" / "new.npy"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    store.prepare([sound(tmp_path / "b.wav", tone(hz=600))], RATE_HZ)
    assert not old.exists()
    assert new.exists()


def test_esc10_is_decoded_once_at_another_rate(store, esc10, decoded):
    clips = [Clip(str(path), "a") for path in sorted(esc10.glob("*/*.ogg"))[::20]]
    first = store.prepare(clips, 22_050)
    assert store.prepare(clips, 22_050) == first
    assert len(decoded) == 20
    seconds = [len(np.load(path, mmap_mode="r")) / 22_050 for path in first]
    assert 3.5 < min(seconds) <= max(seconds) < 7.5
