"""Readers of common forms: Hugging Face's audio folder, Audacity's label tracks, and folders within folders."""

import json

import numpy as np
import pytest
import soundfile

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.errors import DatasetError
from sinesweep.settings import make


def sounds(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / name, np.zeros(80), 8000)


def read(reader, path, **settings):
    return make(registry.load("datasets", reader), {"path": str(path), **settings}, "data").read()


def error(reader, path, **settings) -> str:
    with pytest.raises(DatasetError) as reason:
        read(reader, path, **settings)
    return str(reason.value)


class TestAudioFolder:
    def test_without_metadata_folders_are_classes_and_parts(self, tmp_path):
        sounds(tmp_path, "data/train/dog/1.wav", "data/train/cat/1.wav", "data/test/dog/2.wav")
        data = read("audiofolder", tmp_path)
        assert [(clip.label, clip.fold) for clip in data.clips] == [("dog", "test"), ("cat", "train"), ("dog", "train")]

    def test_a_class_may_be_called_after_a_test(self, tmp_path):
        sounds(tmp_path, "train/test tone/1.wav", "val/hum/1.wav")
        data = read("audiofolder", tmp_path)
        assert [(clip.label, clip.fold) for clip in data.clips] == [("test tone", "train"), ("hum", "validation")]

    def test_a_csv_gives_classes_and_groups(self, tmp_path):
        sounds(tmp_path, "audio/1.wav", "audio/2.wav")
        (tmp_path / "metadata.csv").write_text("file_name,label,speaker\naudio/1.wav,dog,ann\naudio/2.wav,cat,bob\n")
        data = read("audiofolder", tmp_path, group_column="speaker")
        assert [(clip.label, clip.group, clip.fold) for clip in data.clips] == [("dog", "ann", ""), ("cat", "bob", "")]

    def test_each_part_may_have_its_own_metadata(self, tmp_path):
        for part, label in (("train", 0), ("valid", 1), ("test", 0)):
            sounds(tmp_path, f"{part}/1.wav")
            (tmp_path / part / "metadata.jsonl").write_text(json.dumps({"file_name": "1.wav", "digit": label}) + "\n\n")
        data = read("audiofolder", tmp_path, label_column="digit")
        assert [(c.label, c.fold) for c in data.clips] == [("0", "test"), ("0", "train"), ("1", "validation")]

    def test_lists_of_labels_make_it_multi_label(self, tmp_path):
        sounds(tmp_path, "1.wav", "2.wav")
        rows = [{"audio_file_name": "1.wav", "label": ["dog", "rain"]}, {"audio_file_name": "2.wav", "label": ["rain"]}]
        (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
        data = read("audiofolder", tmp_path)
        assert data.task is Task.MULTI_LABEL
        assert data.classes == ("dog", "rain")
        assert [clip.labels for clip in data.clips] == [("dog", "rain"), ("rain",)]
        rows[1]["label"] = "rain"
        (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
        assert "holds lists in some rows" in error("audiofolder", tmp_path)

    def test_a_clip_that_no_label_fits_is_read_as_a_table_reads_it(self, tmp_path):
        sounds(tmp_path, "1.wav", "2.wav")
        rows = [{"file_name": "1.wav", "label": []}, {"file_name": "2.wav", "label": ["rain"]}]
        (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
        (tmp_path / "clips.csv").write_text("path,label\n1.wav,\n2.wav,rain\n")
        by_list = read("audiofolder", tmp_path)
        by_table = read("table", tmp_path / "clips.csv", task="multi_label")
        assert (by_list.task, by_list.classes, by_list.clips) == (by_table.task, by_table.classes, by_table.clips)
        assert [clip.labels for clip in by_list.clips] == [(), ("rain",)]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("file_name,lable\n1.wav,dog\n", "has no column 'label'. Did you mean 'lable'?"),
            ("file,label\n1.wav,dog\n", "has no column 'file_name'"),
            ("file_name,label\n1.wav,\n", "row 2: no label in column 'label' for 1.wav"),
            ("file_name,label\n,dog\n", "row 2: no file_name"),
            ("file_name,label\n2.wav,dog\n", "row 2: 2.wav is not there"),
        ],
    )
    def test_metadata_that_does_not_fit_is_told(self, tmp_path, text, reason):
        sounds(tmp_path, "1.wav")
        (tmp_path / "metadata.csv").write_text(text)
        assert reason in error("audiofolder", tmp_path)

    @pytest.mark.parametrize(
        ("text", "reason"), [("{", "line 1: expected JSON"), ("3", "expected an object"), ("\n", "has no rows")]
    )
    def test_lines_that_are_no_json_objects_are_told(self, tmp_path, text, reason):
        sounds(tmp_path, "1.wav")
        (tmp_path / "metadata.jsonl").write_text(text)
        assert reason in error("audiofolder", tmp_path)

    def test_sounds_of_no_known_class_are_refused(self, tmp_path):
        sounds(tmp_path, "train/1.wav")
        assert "no class is known of it" in error("audiofolder", tmp_path)


class TestAudacity:
    def track(self, folder, text, name="dawn"):
        sounds(folder, f"{name}.wav")
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    def test_every_label_is_a_clip_and_the_recording_its_group(self, tmp_path):
        self.track(tmp_path, "0.5\t1.25\towl\n2,0\t3,5\t Käuzchen ruft\n\\\t100\t8000\n\n", "forest/dawn")
        data = read("audacity", tmp_path)
        assert [(clip.label, clip.start_s, clip.stop_s) for clip in data.clips] == [
            ("owl", 0.5, 1.25), ("Käuzchen ruft", 2.0, 3.5)
        ]  # fmt: skip
        assert {clip.group for clip in data.clips} == {"forest/dawn.wav"}

    def test_a_group_may_be_wider_than_a_recording(self, tmp_path):
        for name in ("site1/dawn", "site1/dusk", "site2/dawn"):
            self.track(tmp_path, "0\t1\towl\n", name)
        assert [clip.group for clip in read("audacity", tmp_path, group=r"^(\w+)/").clips] == [
            "site1",
            "site1",
            "site2",
        ]

    def test_a_point_needs_a_length(self, tmp_path):
        self.track(tmp_path, "0.2\t0.2\tclick\n3\t3\tclick\n")
        assert "'click' is a point at 0.2 s; set data.point_s" in error("audacity", tmp_path)
        data = read("audacity", tmp_path, point_s=1.0)
        assert [(clip.start_s, clip.stop_s) for clip in data.clips] == [(0.0, 0.7), (2.5, 3.5)]

    def test_every_bad_line_is_told(self, tmp_path):
        self.track(tmp_path, "0\t1\towl\n1 2 owl\n1\t2\t\n3\t2\towl\n")
        first, second, third = error("audacity", tmp_path).splitlines()
        assert "line 2: expected start, end and label with tabs" in first
        assert "line 3: the label at 1 s has no text" in second
        assert "line 4: 'owl' ends at 2 s, before it begins" in third

    def test_sounds_without_a_track_are_left_out_with_a_note(self, tmp_path):
        self.track(tmp_path, "0\t1\towl\n")
        sounds(tmp_path, "dusk.wav")
        assert read("audacity", tmp_path).notes == ("1 sound left out: no label track lies beside it",)
        (tmp_path / "dawn.txt").unlink()
        assert "no sound has a label track beside it" in error("audacity", tmp_path)

    def test_a_track_in_another_encoding_is_refused(self, tmp_path):
        self.track(tmp_path, "")
        (tmp_path / "dawn.txt").write_bytes("0\t1\tKäuzchen".encode("latin-1"))
        assert "expected UTF-8" in error("audacity", tmp_path)


class TestFoldersInFolders:
    @pytest.fixture
    def instruments(self, tmp_path):
        sounds(
            tmp_path,
            *(f"{name}/take {n}.wav" for name in ("strings/violin", "strings/cello", "wind/flute") for n in (1, 2)),
        )
        return tmp_path

    def test_the_outermost_folder_is_the_class(self, instruments):
        assert read("folder", instruments).class_counts() == {"strings": 4, "wind": 2}

    def test_or_the_outermost_two(self, instruments):
        data = read("folder", instruments, depth=2, group=r"(take \d)")
        assert data.class_counts() == {"strings/cello": 2, "strings/violin": 2, "wind/flute": 2}
        assert set(data.groups()) == {"take 1", "take 2"}

    def test_sounds_that_lie_too_high_are_refused(self, instruments):
        sounds(instruments, "wind/loose.wav")
        assert "lie in fewer than 2 folders below" in error("folder", instruments, depth=2)


class TestTableOfOtherTasks:
    def table(self, folder, *rows):
        sounds(folder, "1.wav", "2.wav")
        (folder / "clips.csv").write_text("\n".join(("path,what", *rows)) + "\n")
        return folder / "clips.csv"

    def test_several_labels_stand_with_semicolons_between_them(self, tmp_path):
        file = self.table(tmp_path, "1.wav,dog; rain;dog", "2.wav,")
        data = read("table", file, label_column="what", task="multi_label")
        assert data.task is Task.MULTI_LABEL
        assert data.classes == ("dog", "rain")
        assert [clip.labels for clip in data.clips] == [("dog", "rain"), ()]

    def test_values_are_numbers(self, tmp_path):
        data = read("table", self.table(tmp_path, "1.wav,-2.5", "2.wav,1e3"), label_column="what", task="regression")
        assert data.task is Task.REGRESSION
        assert data.classes == ()
        assert data.targets() == [-2.5, 1000.0]

    def test_what_is_no_value_is_told_with_its_row(self, tmp_path):
        file = self.table(tmp_path, "1.wav,loud", "2.wav,nan", "2.wav,")
        first, second, third = error("table", file, label_column="what", task="regression").splitlines()
        assert "row 2: column 'what': expected a finite number, got 'loud'" in first
        assert "got 'nan'" in second
        assert "row 4: no value in column 'what' for 2.wav" in third

    def test_a_sound_with_two_values_is_refused(self, tmp_path):
        file = self.table(tmp_path, "1.wav,1", "1.wav,2")
        assert "listed twice, as '1' and as '2'" in error("table", file, label_column="what", task="regression")
