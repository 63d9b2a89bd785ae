"""Readers: folders and tables become clips, and what does not fit is said."""

import os
from collections import Counter

import numpy as np
import pytest
import soundfile

from sinesweep import registry
from sinesweep.errors import DatasetError
from sinesweep.settings import make


def sound(path, suffix_format=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(80), 8000, format=suffix_format)
    return path


def read(reader, **settings):
    settings = {name: str(value) for name, value in settings.items()}
    return make(registry.load("datasets", reader), settings, "data").read()


def error(reader, **settings) -> str:
    with pytest.raises(DatasetError) as reason:
        read(reader, **settings)
    return str(reason.value)


def table(folder, text, encoding="utf-8"):
    (folder / "clips.csv").write_text(text, encoding=encoding)
    return folder / "clips.csv"


def test_a_folder_is_a_class(tones):
    data = read("folder", path=tones)
    assert data.classes == ("hiss", "hum", "whistle")
    assert set(data.class_counts().values()) == {24}
    assert [clip.path for clip in data.clips] == sorted(clip.path for clip in data.clips)
    assert {clip.group for clip in data.clips} == {""}


@pytest.mark.parametrize("group", [r"(\w+/rec\d+)", r"(?P<group>\w+/rec\d+)_(take)", r"^\w+/rec\d+"])
def test_a_regular_expression_finds_the_group(tones, group):
    data = read("folder", path=tones, group=group)
    assert len(set(data.groups())) == 18
    assert "hum/rec1" in data.groups()


def test_files_of_all_four_kinds_at_any_depth_and_hidden_ones_not(tmp_path):
    for name in ("a/1.wav", "a/2.FLAC", "a/deep/er/3.ogg", "b/4.mp3"):
        sound(tmp_path / name, name.rsplit(".", 1)[1].upper())
    sound(tmp_path / "a/.hidden.wav")
    sound(tmp_path / ".trash/5.wav")
    (tmp_path / "a/notes.txt").write_text("notes")
    data = read("folder", path=tmp_path)
    assert [clip.path.removeprefix(f"{tmp_path}/") for clip in data.clips] == [
        "a/1.wav", "a/2.FLAC", "a/deep/er/3.ogg", "b/4.mp3"
    ]  # fmt: skip
    assert [clip.label for clip in data.clips] == ["a", "a", "a", "b"]


def test_names_may_hold_blanks_and_any_script(tmp_path):
    for name in ("Käuzchen ruft/Aufnahme 1.wav", "鳥の声/録音.wav", "лес/🌲.wav"):
        sound(tmp_path / name)
    assert set(read("folder", path=tmp_path).classes) == {"Käuzchen ruft", "鳥の声", "лес"}


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    sound(tmp_path / "x.wav").rename(os.fsdecode(os.fsencode(tmp_path) + b"/a/\xff.wav"))
    assert "its name is not valid UTF-8; rename it" in error("folder", path=tmp_path)


def test_a_missing_folder_names_its_sibling(tones):
    message = error("folder", path=f"{tones}/hu/deeper")
    assert f"there is no folder {tones}/hu/deeper. In {tones}: no 'hu'. Did you mean 'hum'?" in message
    assert "is a file; expected a folder" in error("folder", path=tones / "hum" / "rec1_take1.wav")


def test_an_empty_folder_and_one_without_sound_are_told_apart(tmp_path):
    assert "is empty; expected sound files" in error("folder", path=tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.m4a").touch()
    (tmp_path / "a" / "README").touch()
    assert "holds no sound: found 1 × .m4a, 1 × no suffix; expected .wav" in error("folder", path=tmp_path)


def test_sounds_that_lie_in_no_class_folder_are_refused(tmp_path):
    sound(tmp_path / "loose.wav")
    assert "such as loose.wav; expected a folder for each class" in error("folder", path=tmp_path)


def test_names_without_a_group_are_listed(tones):
    message = error("folder", path=tones, group=r"rec([1-5])_")
    assert "12 of 72 files do not match rec([1-5])_" in message
    assert "hiss/rec6_take1.wav" in message
    assert "… and 7 more" in message


def test_a_bad_regular_expression_is_refused(tones):
    assert "data.group: not a regular expression" in error("folder", path=tones, group="(rec")
    assert "data.pattern: not a regular expression" in error("pattern", path=tones, pattern="(rec")


def test_a_pattern_tells_label_group_and_fold(tones):
    data = read("pattern", path=tones, pattern=r"(?P<label>\w+)/(?P<group>rec\d)_take(?P<fold>\d)")
    assert data.classes == ("hiss", "hum", "whistle")
    assert Counter(clip.fold for clip in data.clips) == dict.fromkeys("1234", 18)
    assert {clip.group for clip in data.clips} == {f"rec{i}" for i in range(1, 7)}


def test_a_pattern_that_does_not_fit_is_refused(tones):
    assert "expected a group (?P<label>…)" in error("pattern", path=tones, pattern=r"(?P<lable>\w+)/")
    assert "72 of 72 files do not match" in error("pattern", path=tones, pattern=r"(?P<label>cat)")


def test_a_table_gives_labels_groups_folds_and_parts(tmp_path):
    sound(tmp_path / "audio" / "Größe 1.wav")
    file = table(
        tmp_path,
        "path,label,group,fold,start,stop\naudio/Größe 1.wav,hum,me,1,0.5,1.5\naudio/Größe 1.wav,hiss,me,1,2,\n",
        encoding="utf-8-sig",
    )
    first, second = read("table", path=file).clips
    assert (first.label, first.group, first.fold, first.start_s, first.stop_s) == ("hum", "me", "1", 0.5, 1.5)
    assert (second.label, second.start_s, second.stop_s) == ("hiss", 2.0, None)
    assert first.path == str(tmp_path / "audio" / "Größe 1.wav")


def test_a_tables_columns_and_root_have_any_name(tmp_path):
    sound(tmp_path / "elsewhere" / "1.wav")
    file = table(tmp_path, 'file,class\n"1.wav",dog\n')
    for root in ("elsewhere", tmp_path / "elsewhere"):
        data = read("table", path=file, root=root, path_column="file", label_column="class")
        assert [clip.label for clip in data.clips] == ["dog"]


def test_every_row_with_a_problem_is_told(tmp_path):
    sound(tmp_path / "1.wav")
    rows = ["1.wav,", "2.wav,dog", ",dog", "1.wav,dog,soon,", "1.wav,dog,2,1", "1.wav,dog,,nan"]
    message = error("table", path=table(tmp_path, "path,label,start,stop\n" + "\n".join(rows) + "\n"))
    for number, problem in enumerate(
        ("no label in column 'label'", "2.wav is not there", "no path", "got 'soon'", "ends at 1 s", "got 'nan'"),
        start=2,
    ):
        assert f"row {number}: " in message.splitlines()[number - 2]
        assert problem in message.splitlines()[number - 2]


def test_pieces_of_sound_that_a_table_lists_twice_are_noted_with_their_rows(tmp_path):
    sound(tmp_path / "1.wav")
    rows = ["1.wav,hum,0,1", "1.wav,hiss,1,2", "1.wav,hum,0,1", "1.wav,hiss,1,2", "1.wav,hum,0,1", "1.wav,hum,0,1"]
    data = read("table", path=table(tmp_path, "path,label,start,stop\n" + "\n".join(rows) + "\n"))
    assert data.notes == (
        "4 of 6 rows repeat sound and times of another row, and count twice: row 4 is row 2 again, row 5 is row 3"
        " again, row 6 is row 2 again, …",
    )


def test_a_value_that_networks_cannot_compute_with_is_told(tmp_path):
    sound(tmp_path / "1.wav")
    message = error("table", path=table(tmp_path, "path,label\n1.wav,1e38\n"), task="regression")
    assert "row 2: column 'label': expected a number within ±1e+18, got '1e38'" in message


def test_labels_of_clips_with_something_else_between_them_are_noted(tmp_path):
    sound(tmp_path / "1.wav")
    data = read("table", path=table(tmp_path, "path,label\n1.wav,low|mid\n"), task="multi_label")
    assert "what stands between labels is ';'" in data.notes[0]


def test_a_file_with_two_labels_in_a_table_is_refused(tmp_path):
    sound(tmp_path / "1.wav")
    message = error("table", path=table(tmp_path, "path,label\n1.wav,dog\n1.wav,cat\n"))
    assert "1.wav is listed twice, as 'dog' and as 'cat'" in message


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        ("path,lable\n1.wav,dog\n", {}, "has no column 'label'. Did you mean 'lable'?"),
        ("path,label\n1.wav,dog\n", {"group_column": "speaker"}, "data.group_column"),
        ("", {}, "has no rows"),
        ("path,label\n", {}, "has no rows"),
        ("path;label\n1.wav;dog\n", {}, "its columns are parted by ';' (path;label); expected commas"),
        ("path\tlabel\n1.wav\tdog\n", {}, r"its columns are parted by '\t'"),
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path, text, settings, message):
    assert message in error("table", path=table(tmp_path, text), **settings)


def test_a_table_that_cannot_be_read_is_refused(tmp_path):
    file = table(tmp_path, "path,label\nä.wav,dog\n", encoding="latin-1")
    assert "expected a CSV file in UTF-8" in error("table", path=file)
    assert "Did you mean 'clips.csv'?" in error("table", path=tmp_path / "clip.csv")


def test_esc10_has_its_folds_and_sources(esc10):
    data = read("esc50", path=esc10)
    assert len(data.clips) == 400
    assert len(data.classes) == 10
    assert "Sea waves" in data.classes
    assert set(data.class_counts().values()) == {40}
    assert len(set(data.groups())) == 304
    assert Counter(clip.fold for clip in data.clips) == dict.fromkeys("12345", 80)


def test_esc50_is_read_by_its_table(tmp_path):
    rows = ["filename,fold,target,category,esc10,src_file,take"]
    for name, category, esc10 in (
        ("1-100032-A-0", "dog", True),
        ("2-17-A-1", "rooster", True),
        ("2-18-B-2", "pig", False),
    ):
        sound(tmp_path / "audio" / f"{name}.wav")
        rows.append(f"{name}.wav,{name[0]},{name[-1]},{category},{esc10},{name.split('-')[1]},A")
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("\n".join(rows))
    data = read("esc50", path=tmp_path)
    assert data.classes == ("dog", "pig", "rooster")
    assert (data.clips[0].group, data.clips[0].fold) == ("100032", "1")
    assert read("esc50", path=tmp_path, subset="esc10").classes == ("dog", "rooster")
    (tmp_path / "audio" / "2-17-A-1.wav").unlink()
    assert "1 of 3 files" in error("esc50", path=tmp_path)


def test_esc50_refuses_another_folder(tones):
    assert "72 of 72 files do not match" in error("esc50", path=tones)


def test_fsdd_is_split_by_speaker(fsdd):
    for path in (fsdd, fsdd / "recordings"):
        data = read("fsdd", path=path)
        assert len(data.clips) == 3000
        assert data.classes == tuple("0123456789")
        assert len(set(data.groups())) == 6


def test_fsdd_refuses_another_folder(tones):
    assert "72 of 72 files do not match" in error("fsdd", path=tones)
