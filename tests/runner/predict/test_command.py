"""`sinesweep predict`: what may be named, what is printed, and what cannot be answered."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import soundfile

from sinesweep import registry

DONE, MISTAKE = 0, 2


@pytest.fixture
def sounds(tone, tmp_path):
    """`low.wav`, and below it `day/high.wav`."""
    (tmp_path / "day").mkdir()
    soundfile.write(tmp_path / "low.wav", tone(300), 4000, subtype="FLOAT")
    soundfile.write(tmp_path / "day" / "high.wav", tone(900), 4000, subtype="FLOAT")
    return tmp_path


@pytest.fixture
def ask(sinesweep, best):
    """Calls `sinesweep predict` with the model."""
    return lambda *arguments: sinesweep("predict", best, *arguments)


@pytest.fixture
def standard_input(monkeypatch):
    """What comes on standard input."""

    def give(content: bytes):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def labels(said):
    return [row["label"] for row in csv.DictReader(io.StringIO(said.out))]


@pytest.mark.parametrize("named", [".", "**/*.wav", "*.wav day"])
def test_files_folders_and_patterns_can_be_named(ask, sounds, named):
    said = ask(*(sounds / name for name in named.split()), "--format", "csv")
    assert said.code == DONE
    assert sorted(labels(said)) == ["high", "low"]


def test_names_can_come_on_standard_input(ask, sounds, standard_input):
    standard_input(f"{sounds / 'low.wav'}\n\n{sounds / 'day'}\n".encode())
    assert labels(ask("-", "--format", "csv")) == ["low", "high"]


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "it is empty"), (b"\n \n", "it is empty"), (b"RIFF\xff\x00", "this is binary data")]
)
def test_standard_input_without_names_is_an_error(ask, standard_input, content, message):
    standard_input(content)
    said = ask("-")
    assert said.code == MISTAKE
    assert message in said.err


def test_a_pattern_that_matches_nothing_is_an_error(ask, tmp_path):
    said = ask(tmp_path / "*.flac")
    assert said.code == MISTAKE
    assert "nothing matches this pattern" in said.err


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(ask, sounds):
    (sounds / "low.wav").rename(sounds / "take[1].wav")
    assert labels(ask(sounds / "take[1].wav", "--format", "csv")) == ["low"]


def test_an_empty_folder_gets_its_reason_as_a_missing_file_does(ask, sounds):
    (sounds / "empty").mkdir()
    said = ask(sounds / "empty", sounds / "low.wav", "--format", "json")
    assert said.code == MISTAKE
    bad, good = json.loads(said.out)
    assert "no sound file in this folder; expected names that end in .wav, .flac" in bad["error"]
    assert (good["label"], good["error"]) == ("low", "")


@pytest.mark.parametrize(("samples", "told"), [(1999, "0.4998 s"), (1900, "0.47 s")])
def test_a_sound_that_is_hardly_shorter_is_not_told_to_be_as_long(ask, sounds, tone, samples, told):
    soundfile.write(sounds / "short.wav", tone(300)[:samples], 4000, subtype="FLOAT")
    [answer] = json.loads(ask(sounds / "short.wav", "--format", "json").out)
    assert f"{told} filled up with silence to 0.5 s" in answer["note"]


@pytest.mark.parametrize(
    ("name", "write", "reason"),
    [
        ("none.wav", lambda file: None, "there is no such file"),
        ("notes.wav", lambda file: file.write_text("this is no sound"), "it holds text, not sound"),
        ("empty.wav", lambda file: file.touch(), "the file is empty"),
        ("nan.wav", lambda file: soundfile.write(file, np.full(2000, np.nan), 4000, "FLOAT"), "NaN or infinite"),
        ("nothing.wav", lambda file: soundfile.write(file, np.zeros(0), 4000), "it has no samples"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--hop-s", "0.25"], ["--segments"]])
def test_a_file_that_is_no_sound_gets_its_reason_and_the_others_an_answer(ask, sounds, name, write, reason, more):
    write(sounds / name)
    said = ask(sounds / name, sounds / "low.wav", *more, "--format", "json")
    assert said.code == MISTAKE
    bad, good = json.loads(said.out)
    assert reason in bad["error"]
    assert (good["label"], good["error"]) == ("low", "")


def test_sound_of_a_lower_rate_is_resampled_and_warned_of_once(ask, sounds, tone):
    for name in ("one", "two"):
        soundfile.write(sounds / f"{name}.wav", tone(300, rate_hz=2000), 2000, subtype="FLOAT")
    said = ask(sounds / "one.wav", sounds / "two.wav", sounds / "low.wav", "--format", "csv")
    assert said.code == DONE
    assert labels(said) == ["low"] * 3
    assert said.err.count("with a lower rate than the 4000 Hz that the model was trained at") == 1
    assert "2 sounds" in said.err
    assert "nothing above 1000 Hz is in it" in said.err


@pytest.mark.parametrize("seconds", [0.00025, 0.01])
def test_sound_much_shorter_than_a_window_is_answered(ask, sounds, tone, seconds):
    soundfile.write(sounds / "click.wav", tone(300, seconds), 4000, subtype="FLOAT")
    said = ask(sounds / "click.wav", "--format", "json")
    assert said.code == DONE
    assert "filled up with silence to 0.5 s" in json.loads(said.out)[0]["note"]


def test_silence_and_stereo_are_answered(ask, sounds, tone):
    soundfile.write(sounds / "silence.wav", np.zeros(2000), 4000)
    soundfile.write(sounds / "stereo.wav", np.stack([tone(300)] * 2, axis=1), 4000, subtype="FLOAT")
    said = ask(sounds / "silence.wav", sounds / "stereo.wav", "--format", "json")
    silence, stereo = json.loads(said.out)
    assert "nothing but silence is in it" in silence["note"]
    assert "silence" not in stereo["note"]
    assert np.isfinite(list(silence["probabilities"].values())).all()
    assert (stereo["label"], stereo["note"]) == ("low", "2 channels mixed down")


def test_below_the_threshold_no_class_is_told(ask, sounds):
    said = ask(sounds / "low.wav", "--threshold", "1")
    assert "no class" in said.out
    assert ask(sounds / "low.wav", "--threshold", "30").code == MISTAKE


def test_windows_have_times_in_every_format(ask, sounds, tone):
    soundfile.write(sounds / "long.wav", np.concatenate([tone(300), tone(900)]), 4000, subtype="FLOAT")
    asked = (sounds / "long.wav", "--hop-s", "0.25", "--format")
    text, table, plain = (ask(*asked, format).out for format in ("text", "csv", "json"))
    assert [line.split()[1:5] for line in text.splitlines()][-1] == ["0.50", "–", "1.00", "s"]
    assert [row["start_s"] for row in csv.DictReader(io.StringIO(table))] == ["0.000000", "0.250000", "0.500000"]
    assert [each["stop_s"] for each in json.loads(plain)] == [0.5, 0.75, 1.0]


@pytest.mark.parametrize("hop_s", ["0", "-1", "0.6", "nan"])
def test_a_hop_that_would_skip_sound_is_an_error(ask, sounds, hop_s):
    said = ask(sounds / "low.wav", "--hop-s", hop_s)
    assert said.code == MISTAKE
    assert "so that no sound is skipped" in said.err


def test_audacity_gets_a_label_track_that_its_reader_understands(ask, sounds, tone):
    soundfile.write(sounds / "long.wav", np.concatenate([tone(300, 2), tone(900, 2)]), 4000, subtype="FLOAT")
    said = ask(sounds / "long.wav", "--format", "audacity", "--out", sounds / "long.txt")
    assert (said.code, said.out) == (DONE, "")
    clips = registry.load("datasets", "audacity")(path=str(sounds)).read().clips
    assert [(clip.label, clip.start_s, clip.stop_s) for clip in clips] == [("low", 0.0, 2.0), ("high", 2.0, 4.0)]


def test_a_label_track_is_of_one_recording(ask, sounds):
    said = ask(sounds, "--format", "audacity")
    assert said.code == MISTAKE
    assert "a label track is of one recording; got 2" in said.err


@pytest.mark.parametrize("place", ["none/out.csv", "day"])
def test_a_place_that_cannot_be_written_is_an_error(ask, sounds, place):
    said = ask(sounds / "low.wav", "--out", sounds / place)
    assert said.code == MISTAKE
    assert "cannot be written" in said.err
