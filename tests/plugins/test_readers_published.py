"""Readers of published data sets, each on a made-up tree of the same shape: labels, groups, folds and known faults."""

import json
from collections import Counter

import numpy as np
import pytest
import soundfile

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.errors import DatasetError
from sinesweep.settings import make
from sinesweep.split import SplitRequest, make_split
from sinesweep_plugins.datasets.speech_commands import part_of


def sounds(folder, *names, seconds=0.01):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / name, np.zeros(round(8000 * seconds)), 8000)


def write(file, *lines):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def read(reader, path, **settings):
    return make(registry.load("datasets", reader), {"path": str(path), **settings}, "data").read()


def error(reader, path, **settings) -> str:
    with pytest.raises(DatasetError) as reason:
        read(reader, path, **settings)
    return str(reason.value)


def tails(data):
    return [clip.path.rsplit("/", 1)[1] for clip in data.clips]


class TestESC50:
    @pytest.fixture
    def esc50(self, tmp_path):
        rows = ["filename,fold,target,category,esc10,src_file,take"]
        for target in range(12):
            name = f"{target % 5 + 1}-{target}00-A-{target}.wav"
            sounds(tmp_path, f"audio/{name}")
            rows.append(f"{name},{target % 5 + 1},{target},kind {target},{target in (0, 11)},{target}00,A")
        write(tmp_path / "meta" / "esc50.csv", *rows)
        return tmp_path

    def test_the_first_ten_classes_are_not_esc10(self, esc50):
        assert read("esc50", esc50, subset="first_ten").classes == tuple(f"kind {i}" for i in range(10))
        assert read("esc50", esc50, subset="esc10").classes == ("kind 0", "kind 11")

    def test_esc10_alone_has_no_first_ten(self, tmp_path):
        sounds(tmp_path, "001 - Dog bark/1-100-A.ogg")
        assert "is a part of ESC-50" in error("esc50", tmp_path, subset="first_ten")

    def test_a_table_of_another_form_is_refused(self, tmp_path):
        write(tmp_path / "meta" / "esc50.csv", "filename,fold", "1.wav,1")
        assert "no column target, category, esc10, src_file" in error("esc50", tmp_path)


class TestGTZAN:
    @pytest.fixture
    def gtzan(self, tmp_path):
        names = [f"genres/{genre}/{genre}.{number:05}" for genre in ("blues", "jazz") for number in (0, 1, 54)]
        sounds(tmp_path, *(f"{name}.wav" for name in names))
        return tmp_path

    def test_genres_are_classes_and_nothing_is_known_of_artists(self, gtzan):
        data = read("gtzan", gtzan)
        assert data.class_counts() == {"blues": 3, "jazz": 3}
        assert {(clip.group, clip.fold) for clip in data.clips} == {("", "")}
        assert data.notes == ()

    def test_the_damaged_song_is_left_out_with_a_note(self, gtzan):
        (gtzan / "genres/jazz/jazz.00054.wav").write_bytes(b"no sound")
        data = read("gtzan", gtzan)
        assert data.class_counts() == {"blues": 3, "jazz": 2}
        assert data.notes == ("jazz.00054 is left out: its file is damaged",)

    def test_the_archives_own_format_is_read(self, tmp_path):
        sounds(tmp_path, "blues/blues.00000.au", "jazz/jazz.00054.au")
        assert tails(read("gtzan", tmp_path)) == ["blues.00000.au", "jazz.00054.au"]

    def test_published_lists_become_folds(self, gtzan, tmp_path_factory):
        lists = tmp_path_factory.mktemp("lists")
        write(lists / "train_filtered.txt", "blues/blues.00000.wav", "jazz/jazz.00054.wav")
        write(lists / "valid_filtered.txt", "blues.00001.wav\t1")
        write(lists / "test_filtered.txt", "", "jazz.00000")
        data = read("gtzan", gtzan, lists=str(lists))
        folds = {"blues.00000.wav": "train", "blues.00001.wav": "validation"}
        folds |= {"jazz.00000.wav": "test", "jazz.00054.wav": "train"}
        assert dict(zip(tails(data), (clip.fold for clip in data.clips), strict=True)) == folds
        assert data.notes == ("2 songs left out: in none of the lists",)

    def test_one_list_chooses_songs_only(self, gtzan, tmp_path_factory):
        songs = write(tmp_path_factory.mktemp("lists") / "songs.txt", "blues.00000", "jazz.00001")
        data = read("gtzan", gtzan, lists=str(songs))
        assert [(clip.label, clip.fold) for clip in data.clips] == [("blues", ""), ("jazz", "")]

    def test_lists_that_do_not_fit_are_refused(self, gtzan, tmp_path_factory):
        lists = tmp_path_factory.mktemp("lists")
        assert "has no list of songs" in error("gtzan", gtzan, lists=str(lists))
        write(lists / "train.txt", "blues.00002")
        assert "1 song not in" in error("gtzan", gtzan, lists=str(lists))
        write(lists / "train.txt", "blues.00000")
        write(lists / "test.txt", "blues.00000")
        assert "blues.00000 is in the list of" in error("gtzan", gtzan, lists=str(lists))


class TestIRMAS:
    @pytest.fixture
    def irmas(self, tmp_path):
        for name in ("cel/008__[cel][nod][cla]0058__1", "cel/008__[cel][nod][cla]0058__2", "voi/[voi][pop_roc]0001__1"):
            sounds(tmp_path, f"IRMAS-TrainingData/{name}.wav")
        for name, labels in (("(02) dont stop-1", "gel\t\nvoi\t\n"), ("(02) dont stop-2", "voi"), ("Etude-1", "pia")):
            sounds(tmp_path, f"IRMAS-TestingData-Part1/Part1/{name}.wav")
            (tmp_path / f"IRMAS-TestingData-Part1/Part1/{name}.txt").write_text(labels)
        return tmp_path

    def test_excerpts_of_one_recording_are_a_group(self, irmas):
        data = read("irmas", irmas)
        assert data.task is Task.CLASSIFICATION
        assert data.class_counts() == {"cel": 2, "voi": 1}
        assert Counter(data.groups()) == {"008__[cel][nod][cla]0058": 2, "[voi][pop_roc]0001": 1}

    def test_the_testing_part_has_several_labels(self, irmas):
        data = read("irmas", irmas, part="testing")
        assert data.task is Task.MULTI_LABEL
        assert data.classes == ("gel", "pia", "voi")
        assert [clip.labels for clip in data.clips] == [("gel", "voi"), ("voi",), ("pia",)]
        assert Counter(data.groups()) == {"(02) dont stop": 2, "Etude": 1}

    def test_labels_that_are_missing_or_unknown_are_told(self, irmas):
        file = irmas / "IRMAS-TestingData-Part1/Part1/Etude-1.txt"
        file.write_text("cell")
        assert "unknown instrument 'cell'. Did you mean 'cel'?" in error("irmas", irmas, part="testing")
        file.write_text("")
        assert "names no instrument" in error("irmas", irmas, part="testing")
        file.unlink()
        assert "1 of 3 sounds have no .txt" in error("irmas", irmas, part="testing")

    def test_another_folder_is_refused(self, tones):
        assert "no file of the training part of IRMAS" in error("irmas", tones)


class TestCremaD:
    @pytest.fixture
    def crema_d(self, tmp_path):
        names = ["1001_IEO_ANG_HI", "1001_TIE_NEU_XX", "1040_IEO_SAD_X", "1064_IEO_DIS_MD", "1076_MTI_SAD_XX"]
        sounds(tmp_path, *(f"AudioWAV/{name}.wav" for name in names), "AudioMP3/1001_IEO_ANG_HI.wav")
        return tmp_path

    def test_the_actor_is_the_group_or_the_sentence(self, crema_d):
        data = read("crema_d", crema_d)
        assert data.classes == ("anger", "neutral", "sadness")
        assert [clip.group for clip in data.clips] == ["1001", "1001", "1040"]
        assert [clip.group for clip in read("crema_d", crema_d, group="sentence").clips] == ["IEO", "TIE", "IEO"]

    def test_broken_clips_are_left_out_with_a_note(self, crema_d):
        assert read("crema_d", crema_d).notes == ("left out, for they are broken: 1064_IEO_DIS_MD, 1076_MTI_SAD_XX",)

    def test_another_folder_is_refused(self, tones):
        assert "72 of 72 files do not match" in error("crema_d", tones)


class TestSpeechCommands:
    WORDS = ("yes", "no", "bed", "cat", "wow")

    @pytest.fixture
    def commands(self, tmp_path):
        """Speakers 0c40e715 and 42beb5eb test, fde2dee7 and 099d52ad validate, in the published lists."""
        for speaker in ("0c40e715", "42beb5eb", "fde2dee7", "099d52ad", *(f"{n:08x}" for n in range(20))):
            sounds(tmp_path, *(f"{word}/{speaker}_nohash_0.wav" for word in self.WORDS))
        return tmp_path

    def test_the_rule_gives_the_published_parts(self):
        assert {part_of(speaker) for speaker in ("0c40e715", "42beb5eb", "44260689", "022cd682")} == {"test"}
        assert {part_of(speaker) for speaker in ("fde2dee7", "099d52ad", "66cff190", "541120c7")} == {"validation"}
        shares = Counter(part_of(f"{n:08x}") for n in range(5000))
        assert shares["train"] / 5000 == pytest.approx(0.8, abs=0.02)
        assert shares["test"] / 5000 == pytest.approx(0.1, abs=0.02)

    def test_without_lists_the_rule_makes_the_folds(self, commands):
        data = read("speech_commands", commands)
        assert data.class_counts() == dict.fromkeys(sorted(self.WORDS), 24)
        assert {clip.fold for clip in data.clips if clip.group == "0c40e715"} == {"test"}
        assert {clip.fold for clip in data.clips if clip.group == "fde2dee7"} == {"validation"}

    def test_the_published_lists_come_first(self, commands):
        write(commands / "validation_list.txt", "yes/0c40e715_nohash_0.wav")
        write(commands / "testing_list.txt", "no/fde2dee7_nohash_0.wav")
        folds = {clip.path: clip.fold for clip in read("speech_commands", commands).clips}
        assert Counter(folds.values()) == {"train": 118, "validation": 1, "test": 1}
        assert folds[f"{commands}/yes/0c40e715_nohash_0.wav"] == "validation"

    def test_ten_commands_alone(self, commands):
        data = read("speech_commands", commands, classes="ten")
        assert data.classes[:2] == ("yes", "no")
        assert len(data.classes) == 10
        assert {clip.label for clip in data.clips} == {"yes", "no"}

    def test_twelve_classes_with_some_unknown_words_and_silence(self, commands):
        sounds(commands, "_background_noise_/pink_noise.wav", seconds=20.5)
        data = read("speech_commands", commands, classes="twelve", unknown_percent=25.0)
        assert data.classes[-2:] == ("_silence_", "_unknown_")
        silence = [clip for clip in data.clips if clip.label == "_silence_"]
        assert [clip.fold for clip in silence] == ["train"] * 16 + ["validation"] * 2 + ["test"] * 2
        assert [(clip.start_s, clip.stop_s) for clip in silence[:2]] == [(0.0, 1.0), (1.0, 2.0)]
        for part in ("train", "validation", "test"):
            known, unknown = (
                sum(clip.fold == part and clip.label in labels for clip in data.clips)
                for labels in (("yes", "no"), ("_unknown_",))
            )
            assert unknown == -(-known // 4)
        assert read("speech_commands", commands, classes="twelve", unknown_percent=25.0) == data

    def test_silence_needs_the_noise_recordings(self, commands):
        assert "there is no sound there" in error("speech_commands", commands, classes="twelve")
        write(commands / "_background_noise_" / "hum.wav", "no sound")
        assert "expected a WAV file" in error("speech_commands", commands, classes="twelve")

    def test_another_folder_is_refused(self, tones):
        assert "72 of 72 files do not match" in error("speech_commands", tones)


class TestNSynth:
    @pytest.fixture
    def nsynth(self, tmp_path):
        for part, instrument in (("train", "bass_001"), ("valid", "bass_002"), ("test", "flute_003")):
            notes = {}
            for pitch in (9, 60):
                name = f"{instrument}-{pitch:03}-100"
                notes[name] = {"instrument_family_str": instrument[:-4], "instrument_str": instrument, "pitch": pitch}
                sounds(tmp_path, f"nsynth-{part}/audio/{name}.wav")
            write(tmp_path / f"nsynth-{part}" / "examples.json", json.dumps(notes))
        return tmp_path

    def test_parts_are_folds_and_instruments_are_groups(self, nsynth):
        data = read("nsynth", nsynth)
        assert data.class_counts() == {"bass": 4, "flute": 2}
        assert {(clip.group, clip.fold) for clip in data.clips} == {
            ("bass_001", "train"), ("bass_002", "validation"), ("flute_003", "test")
        }  # fmt: skip

    def test_anything_known_of_a_note_can_be_its_class(self, nsynth):
        assert read("nsynth", nsynth, label="pitch").classes == ("9", "60")
        assert "has no 'pich'. Did you mean 'pitch'?" in error("nsynth", nsynth, label="pich")

    def test_one_part_alone_has_to_be_split_itself(self, nsynth):
        assert {clip.fold for clip in read("nsynth", nsynth / "nsynth-train", label="pitch").clips} == {""}

    def test_what_is_missing_or_no_json_is_told(self, nsynth, tones):
        assert "there is no examples.json" in error("nsynth", tones)
        (nsynth / "nsynth-test/audio/flute_003-009-100.wav").unlink()
        assert "1 of 2 files" in error("nsynth", nsynth)
        for text, reason in (("{", "expected JSON"), ("[1]", "expected an object")):
            write(nsynth / "nsynth-test" / "examples.json", text)
            assert reason in error("nsynth", nsynth)


class TestUrbanSound8K:
    @pytest.fixture
    def urbansound8k(self, tmp_path):
        rows = ["slice_file_name,fsID,start,end,salience,fold,classID,class"]
        for fold in range(1, 11):
            sounds(tmp_path, f"audio/fold{fold}/{fold}00-3-0-0.wav")
            rows.append(f"{fold}00-3-0-0.wav,{fold}00,58.5,62.5,1,{fold},3,{('dog_bark', 'siren')[fold % 2]}")
        write(tmp_path / "metadata" / "UrbanSound8K.csv", *rows)
        return tmp_path

    def test_ten_folds_and_the_recording_as_group(self, urbansound8k):
        data = read("urbansound8k", urbansound8k)
        assert data.classes == ("dog_bark", "siren")
        assert {(clip.fold, clip.group) for clip in data.clips} == {(f"{n}", f"{n}00") for n in range(1, 11)}

    def test_slices_are_read_whole(self, urbansound8k):
        assert {(clip.start_s, clip.stop_s) for clip in read("urbansound8k", urbansound8k).clips} == {(0.0, None)}

    def test_a_table_beside_the_folds_will_do(self, urbansound8k):
        (urbansound8k / "metadata" / "UrbanSound8K.csv").rename(urbansound8k / "audio" / "UrbanSound8K.csv")
        assert len(read("urbansound8k", urbansound8k / "audio").clips) == 10

    def test_missing_sounds_and_columns_are_told(self, urbansound8k, tones):
        (urbansound8k / "audio/fold3/300-3-0-0.wav").unlink()
        assert "1 of 10 files" in error("urbansound8k", urbansound8k)
        write(urbansound8k / "metadata" / "UrbanSound8K.csv", "slice_file_name,fold", "1.wav,1")
        assert "it has no column fsID, class" in error("urbansound8k", urbansound8k)
        assert "there is no table" in error("urbansound8k", tones)


@pytest.mark.parametrize("request_", [{}, {"by": "fold", "test": ["test"], "valid": ["validation"]}])
def test_a_published_three_way_split_is_taken_as_it_is_published(tmp_path, request_):
    for part in ("training", "dev", "eval"):
        sounds(tmp_path, *(f"{part}/{label}/{number}.wav" for label in ("dog", "cat") for number in range(3)))
    data = read("audiofolder", tmp_path)
    split = make_split(data, SplitRequest(**request_), seed=0)
    folds = [clip.fold for clip in data.clips]
    assert {folds[i] for i in split.test} == {"test"}
    assert {folds[i] for i in split.folds[0].valid} == {"validation"}
    assert {folds[i] for i in split.folds[0].train} == {"train"}


@pytest.mark.parametrize(
    ("reader", "names", "text", "settings"),
    [
        ("gtzan", ["blues.00000.wav"], "latin.txt", {"lists": "latin.txt"}),
        ("irmas", ["Étude-1.wav"], "Étude-1.txt", {"part": "testing"}),
        ("speech_commands", ["yes/ann_nohash_0.wav"], "validation_list.txt", {}),
        ("nsynth", ["audio/1.wav"], "examples.json", {}),
        ("audiofolder", ["1.wav"], "metadata.jsonl", {}),
        ("audacity", ["dawn.wav"], "dawn.txt", {}),
        ("table", ["1.wav"], "clips.csv", {"path": "clips.csv"}),
    ],
)
def test_a_list_that_is_not_utf_8_is_told_by_its_name(tmp_path, reader, names, text, settings):
    sounds(tmp_path, *names)
    (tmp_path / "testing_list.txt").write_text("")
    (tmp_path / text).write_bytes("blues.00000 für später\n".encode("latin-1"))
    whole = {key: str(tmp_path / value) if (tmp_path / value).exists() else value for key, value in settings.items()}
    told = error(reader, whole.pop("path", tmp_path), **whole)
    assert str(tmp_path / text) in told
    assert "UTF-8" in told
