"""The worst mistakes of a trial: their sounds can be played, and their pictures show what the network sees."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image

from sinesweep.dataset import Clip, Task
from sinesweep.errors import UserError
from sinesweep.examination import examine
from sinesweep.lengths import Length
from sinesweep.predictions import Predictions
from sinesweep.trial import Trial
from sinesweep_runner.mistakes import SHOWN, listed, mistakes_of
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.sound.embedding import sound_uri
from sinesweep_runner.sound.pictures import HIGHEST, WIDEST, picture_uri
from sinesweep_runner.summary import summary_of
from sinesweep_runner.training.sight import Sight

RATE_HZ = 8000
CLASSES = ("hiss", "hum", "whistle")


@pytest.fixture
def recorded(tones):
    """All clips of `tones`, at their own length."""
    files = sorted(tones.rglob("*.wav"))
    return Recorded(
        task=Task.CLASSIFICATION,
        classes=CLASSES,
        clips=tuple(Clip(str(file)) for file in files),
        groups=tuple(f"{file.parent.name}/{file.name[:4]}" for file in files),
        sealed=frozenset(),
        length=Length("pad", RATE_HZ, 4000),
        vectors=False,
    )


@pytest.fixture
def wrong(recorded):
    """An examination in which the given clips are told to be something else; the first of them most surely."""

    def make(*clips):
        targets = np.array([CLASSES.index(clip.path.split("/")[-2]) for clip in recorded.clips])
        probabilities = np.eye(3, dtype=np.float32)[targets]
        for rank, clip in enumerate(clips):
            probabilities[clip] = np.roll([0.9 - rank / 100, 0.1 + rank / 100, 0], (targets[clip] + 1) % 3)
        known = Predictions(np.arange(len(targets), dtype=np.int32), targets, probabilities)
        return examine(known, CLASSES, Task.CLASSIFICATION, recorded.groups)

    return make


@pytest.fixture
def trial(make_config):
    def make(**features):
        return Trial(7, make_config(features={"name": "log_mel", "n_mels": 20, "window_ms": 32.0, **features}), seed=1)

    return make


def bytes_of(uri, media_type):
    head, _, content = uri.partition(",")
    assert head == f"data:{media_type};base64"
    return base64.b64decode(content)


def pixels(uri):
    """The brightness of each pixel, `(rows, columns)`, the lowest row last."""
    return np.asarray(Image.open(io.BytesIO(bytes_of(uri, "image/png"))).convert("L"))


def test_a_sound_comes_back_from_its_uri_at_the_pitch_that_it_had():
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000).astype(np.float32)
    heard, rate_hz = soundfile.read(io.BytesIO(bytes_of(sound_uri(wave, 16000), "audio/mpeg")))
    assert rate_hz == 16000
    assert len(heard) >= 16000
    spectrum = np.abs(np.fft.rfft(heard[4000:12000]))
    assert spectrum.argmax() * rate_hz / 8000 == pytest.approx(440, abs=2)


@pytest.mark.parametrize(("rate_hz", "stored_hz"), [(5000, 8000), (20000, 22050), (96000, 48000)])
def test_a_rate_that_mp3_has_not_becomes_one_that_it_has(rate_hz, stored_hz):
    uri = sound_uri(np.zeros(rate_hz, np.float32), rate_hz)
    assert soundfile.info(io.BytesIO(bytes_of(uri, "audio/mpeg"))).samplerate == stored_hz


def test_a_sound_is_a_wav_where_libsndfile_has_no_mp3(monkeypatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": ""})
    wave = np.linspace(-1, 1, 800, dtype=np.float32)
    heard, rate_hz = soundfile.read(io.BytesIO(bytes_of(sound_uri(wave, 8000), "audio/wav")))
    assert rate_hz == 8000
    assert np.allclose(heard, wave, atol=1e-4)


def test_time_goes_to_the_right_and_bins_go_upwards():
    features = np.zeros((30, 10))
    features[20, 2] = 1.0
    shown = pixels(picture_uri(features))
    assert shown.shape == (10, 30)
    assert np.unravel_index(shown.argmax(), shown.shape) == (7, 20)


def test_channels_stand_one_above_another_the_first_one_lowest():
    features = np.zeros((30, 10, 2))
    features[:, :, 1] = 1.0
    shown = pixels(picture_uri(features))
    assert shown.shape == (21, 30)
    assert shown[:10].min() > shown[11:].max()


def test_a_picture_is_never_larger_than_a_page_can_show():
    height, width = pixels(picture_uri(np.random.default_rng(0).random((5000, 1025)))).shape
    assert width <= WIDEST
    assert height <= HIGHEST


def test_a_mistake_can_be_heard_and_seen_and_says_what_its_axes_are(recorded, wrong, trial):
    clip = next(i for i, clip in enumerate(recorded.clips) if "whistle" in clip.path)
    [mistake] = mistakes_of(recorded, trial(), wrong(clip))
    assert mistake.clip == "whistle/rec1_take1.wav"
    assert (mistake.truth, mistake.told, mistake.probability) == ("whistle", "hiss", pytest.approx(0.9))
    assert len(soundfile.read(io.BytesIO(bytes_of(mistake.audio, "audio/mpeg")))[0]) >= 4000
    assert pixels(mistake.picture).shape == (20, 51)
    assert "0–0.5 s from left to right, 20 bins, " in mistake.note
    assert "Hz from bottom to top" in mistake.note


def test_the_picture_is_brightest_where_the_sound_is(recorded, wrong, trial):
    """A whistle of 1.2 to 2.4 kHz, in the bands whose frequencies the front end states."""
    clip = next(i for i, clip in enumerate(recorded.clips) if "whistle" in clip.path)
    asked = trial(normalisation="none")
    [mistake] = mistakes_of(recorded, asked, wrong(clip))
    band = 19 - pixels(mistake.picture).sum(axis=1).argmax()
    bins_hz = Sight(asked.config, recorded.length, [np.zeros(4000, np.float32)]).bins_hz()
    assert 1000 < bins_hz[band] < 2700


def test_the_mistakes_that_it_was_surest_of_come_first_and_not_too_many(recorded, wrong, trial):
    mistakes = mistakes_of(recorded, trial(), wrong(*range(40, 10, -1)), budget_bytes=0)
    assert len(mistakes) == SHOWN
    assert [each.probability for each in mistakes] == sorted((each.probability for each in mistakes), reverse=True)
    assert {each.audio for each in mistakes} == {None}


def test_all_sounds_and_pictures_together_stay_within_the_budget(recorded, wrong, trial):
    examination = wrong(0, 20, 40, 60)
    whole = mistakes_of(recorded, trial(), examination)
    sizes = [len(each.audio) + len(each.picture) for each in whole]
    some = mistakes_of(recorded, trial(), examination, budget_bytes=sum(sizes[:2]))
    assert some[:2] == whole[:2]
    assert sum(len(each.audio or "") + len(each.picture or "") for each in some) <= sum(sizes[:2])
    assert any(each.audio is None and "too large" in each.note for each in some[2:])


def test_a_sound_that_is_gone_is_listed_and_said_to_be(recorded, wrong, trial):
    lost = replace(recorded, clips=(Clip(recorded.clips[0].path + ".gone"), *recorded.clips[1:]))
    gone, there = mistakes_of(lost, trial(), wrong(0, 1))
    assert (gone.audio, gone.picture, gone.note) == (None, None, "the sound is not there any more")
    assert there.audio


def test_a_data_set_that_is_gone_as_a_whole_is_listed_too(recorded, wrong, trial, tmp_path):
    lost = replace(recorded, clips=tuple(Clip(str(tmp_path / clip.path[1:])) for clip in recorded.clips))
    assert {each.note for each in mistakes_of(lost, trial(), wrong(0, 30))} == {"the sound is not there any more"}


def test_silence_has_a_sound_and_a_picture(recorded, wrong, trial, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(4000), RATE_HZ)
    quiet = replace(recorded, clips=(Clip(str(tmp_path / "silence.wav")), *recorded.clips[1:]))
    for normalisation in ("per_bin", "per_clip", "none"):
        [mistake] = mistakes_of(quiet, trial(normalisation=normalisation), wrong(0))
        assert mistake.audio
        assert pixels(mistake.picture).shape == (20, 51)


@pytest.mark.parametrize(("policy", "part"), [("pad", "beginning"), ("crop", "middle")])
def test_what_was_cut_off_is_said_and_not_heard(recorded, wrong, trial, policy, part):
    short = replace(recorded, length=Length(policy, RATE_HZ, 2000))
    [mistake] = mistakes_of(short, trial(), wrong(0))
    assert f"only its {part} was heard, 0.25 s of 0.5 s" in mistake.note
    assert "0–0.25 s from left" in mistake.note


def test_a_clip_of_many_windows_is_shown_in_one_piece(recorded, wrong, trial):
    windows = replace(recorded, length=Length("windows", RATE_HZ, 2000, 1000))
    [mistake] = mistakes_of(windows, trial(), wrong(0))
    assert "heard in 3 windows of 0.25 s" in mistake.note
    assert pixels(mistake.picture).shape == (20, 51)


def test_a_part_of_a_file_is_named_and_heard_alone(recorded, wrong, trial):
    part = Clip(recorded.clips[0].path, start_s=0.1, stop_s=0.2)
    [mistake] = mistakes_of(replace(recorded, clips=(part, *recorded.clips[1:])), trial(), wrong(0))
    assert mistake.clip.endswith("rec1_take1.wav, 0.1–0.2 s")


def test_a_front_end_on_the_host_is_seen_too(recorded, wrong, make_config):
    features = {"name": "cqt", "fmin_hz": 65.41, "octaves": 4, "hop_ms": 32.0}
    [mistake] = mistakes_of(recorded, Trial(7, make_config(features=features), seed=1), wrong(0))
    assert pixels(mistake.picture).shape[0] == 48
    assert "48 bins, 65–988 Hz" in mistake.note


def test_a_front_end_that_learns_is_shown_as_it_was_before(recorded, wrong, make_config):
    features = {"name": "pcen", "n_mels": 20, "window_ms": 32.0, "trainable": True}
    [mistake] = mistakes_of(recorded, Trial(7, make_config(features=features), seed=1), wrong(0))
    assert "as it was before it learnt" in mistake.note


def test_coefficients_have_no_frequency(recorded, wrong, make_config):
    features = {"name": "mfcc", "n_mels": 20, "n_mfcc": 12, "window_ms": 32.0}
    [mistake] = mistakes_of(recorded, Trial(7, make_config(features=features), seed=1), wrong(0))
    assert "12 bins from bottom to top" in mistake.note


def test_values_of_no_common_scale_are_each_shown_in_their_own_range(recorded, wrong, make_config):
    features = {"name": "mfcc", "n_mels": 20, "n_mfcc": 12, "window_ms": 32.0, "normalisation": "none"}
    [mistake] = mistakes_of(recorded, Trial(7, make_config(features=features), seed=1), wrong(0))
    assert "each bin in its own range" in mistake.note
    rows = pixels(mistake.picture)
    assert (rows.max(axis=1) > 240).all()
    assert (rows.min(axis=1) == 0).all()


def test_a_front_end_that_is_not_installed_leaves_the_sound(recorded, wrong, trial):
    asked = trial()
    foreign = replace(asked, config=asked.config | {"features": {"name": "log_meel"}})
    [mistake] = mistakes_of(recorded, foreign, wrong(0))
    assert mistake.audio
    assert mistake.picture is None
    assert "no picture: no plugin named 'log_meel'" in mistake.note


def test_the_baseline_has_mistakes_to_listen_to(recorded, wrong):
    [mistake] = mistakes_of(recorded, Trial(0, {"baseline": {"name": "svm"}}, seed=1), wrong(0))
    assert mistake.audio
    assert "the baseline has no network" in mistake.note


def test_vectors_are_listed_by_name(recorded, wrong, trial):
    vectors = replace(recorded, vectors=True, clips=tuple(Clip(f"row {i}") for i in range(len(recorded.clips))))
    [mistake] = mistakes_of(vectors, trial(), wrong(3))
    assert (mistake.clip, mistake.note) == ("row 3", "a vector: there is no sound")


def test_a_sweep_of_an_older_sinesweep_is_listed_with_the_way_out(recorded, wrong, trial):
    [mistake] = mistakes_of(replace(recorded, length=None), trial(), wrong(0))
    assert mistake.audio is None
    assert "resume it once" in mistake.note


def test_no_sealed_clip_is_opened_to_measure_a_front_end(recorded, wrong, trial):
    gone = tuple(Clip("/nowhere.wav") for _ in recorded.clips[1:])
    known = replace(recorded, clips=(recorded.clips[0], *gone))
    assert mistakes_of(known, trial(), wrong(0))[0].picture
    assert mistakes_of(replace(known, sealed=frozenset({0})), trial(), wrong(0))[0].picture is None


def test_a_summary_names_every_layer_with_its_shape_and_its_weights(recorded, make_config):
    architecture = {"name": "mlp", "layers": 1, "units": 8, "norm": "none", "dropout": 0.0}
    features = {"name": "log_mel", "n_mels": 20, "window_ms": 32.0}
    text = summary_of(recorded, Trial(7, make_config(features=features, architecture=architecture), seed=1))
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["layer", "gives", "weights"]
    assert lines[1] == ["log_mel", "51", "×", "20"]
    weights = (51 * 20 + 1) * 8, (8 + 1) * 3
    assert [line[-1] for line in lines if line[0] == "Dense"] == [f"{count:,}" for count in weights]
    assert lines[-1] == ["in", "all", f"{sum(weights):,}"]


def test_a_network_that_cannot_be_built_here_has_no_summary(recorded, trial):
    asked = trial()
    foreign = replace(asked, config=asked.config | {"architecture": {"name": "cnnn"}})
    with pytest.raises(UserError, match="the network of trial 7 cannot be built: no plugin named 'cnnn'"):
        summary_of(recorded, foreign)


@pytest.mark.parametrize(
    ("folders", "home"),
    [
        (["/home/ann/bells", "/home/ann/horns"], "/home/ann"),
        (["/home/ann/bells", "/home/ben/horns"], ""),
        (["/mnt/bells", "/home/ben/horns"], ""),
        (["bells", "/home/ben/horns"], ""),
    ],
)
def test_clips_are_named_from_the_folder_that_holds_them_all_if_it_is_somebodys_own(recorded, wrong, folders, home):
    found = wrong(0, 1)
    paths = [f"{folder}/{number}.wav" for number, folder in enumerate(folders)]
    elsewhere = replace(recorded, clips=tuple(map(Clip, paths)))
    assert elsewhere.home == home
    names = [path.removeprefix(f"{home}/") if home else path for path in paths]
    assert [each.clip for each in listed(elsewhere, found)] == names
