"""The reader of vectors, on tables as people have them."""

import pytest

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.errors import DatasetError
from sinesweep_plugins.datasets.vectors import Vectors

GTZAN = """filename,length,chroma_stft_mean,rms_mean,label
blues.00000.0.wav,66149,0.335,1.3e-1,blues
blues.00000.1.wav,66149,0.343,0.11,blues
rock.00001.0.wav,66149,0.347,0.13,rock
"""


@pytest.fixture
def table(tmp_path):
    def write(text):
        file = tmp_path / "features.csv"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def test_a_table_of_features_is_read_as_it_lies(table):
    data = Vectors(table(GTZAN), leave_out="^length$", group=r"^(\w+\.\d+)\.").read()
    assert data.columns == ("chroma_stft_mean", "rms_mean")
    assert data.clips[0].vector == (0.335, 0.13)
    assert data.clips[0].path == "blues.00000.0.wav"
    assert data.groups() == ["blues.00000", "blues.00000", "rock.00001"]
    assert data.classes == ("blues", "rock")
    assert data.task is Task.CLASSIFICATION
    assert not data.notes


def test_columns_are_all_that_hold_numbers_unless_they_are_named(table):
    text = "genre,key,bpm,loud\nrock,Am,120,0.5\npop,C,90,\n"
    with pytest.raises(DatasetError, match=r"row 4: column 'loud': expected a finite number, got ''"):
        Vectors(table(text.replace("rock,Am,120,0.5", "rock,Am,120,0.5\nrock,F,100,0.4")), label_column="genre").read()
    data = Vectors(table(text), label_column="genre", columns="bpm").read()
    assert data.columns == ("bpm",)
    assert Vectors(table(text.replace("90,", "90,1")), label_column="genre").read().notes == (
        "columns that hold no numbers are not taken: key",
    )


def test_labels_and_values_are_read_from_the_same_table(table):
    text = "x,tags,bpm,group,fold\n1,rock;loud,120.5,g1,1\n2,,90,g1,2\n3,loud,95,g2,2\n"
    labels = Vectors(table(text), task="multi_label", label_column="tags", leave_out="bpm").read()
    assert labels.classes == ("loud", "rock")
    assert labels.targets() == [(1, 1), (0, 0), (1, 0)]
    assert [clip.fold for clip in labels.clips] == ["1", "2", "2"]
    values = Vectors(table(text), task="regression", label_column="bpm").read()
    assert values.targets() == [120.5, 90.0, 95.0]
    assert values.columns == ("x",)
    assert values.classes == ()
    assert [clip.path for clip in values.clips] == ["row 2", "row 3", "row 4"]


@pytest.mark.parametrize(
    ("text", "settings", "reason"),
    [
        (
            "x,label\n1,a\n",
            {"label_column": "lable"},
            "data.label_column: .* has no column 'lable'. Did you mean 'label'?",
        ),
        ("x,label\n1,a\n", {"group_column": "artist"}, "data.group_column: .* has no column 'artist'"),
        ("x,label\n1,\n2,b\n", {}, "row 2: no label in column 'label'"),
        (
            "x,label\n1,fast\n2,slow\n",
            {"task": "regression"},
            "row 2: column 'label': expected a finite number, got 'f",
        ),
        ("key,label\nAm,a\nC,b\n", {}, "no column of numbers is left to take among key"),
        ("x,label\nnan,a\n1,b\n2,c\n", {}, "row 2: column 'x': expected a finite number, got 'nan'"),
        (GTZAN, {"group": r"^(jazz)"}, "row 2: data.group does not find a group in the name 'blues.00000.0.wav'"),
        (GTZAN, {"columns": "("}, "data.columns: not a regular expression"),
        ("", {}, "has no rows"),
        ("x,label\n1e300,a\n1,b\n2,c\n", {}, r"row 2: column 'x': expected a number within ±1e\+18, got '1e300'"),
        (
            "x,y\n1,2\n2,1e38\n",
            {"task": "regression", "label_column": "y"},
            "row 3: column 'y': expected a number within",
        ),
        ("x;label\n1;a\n2;b\n", {}, r"its columns are parted by ';' \(x;label\); expected commas"),
        ("x;label\n1,5;a\n2,5;b\n", {}, "its columns are parted by ';'"),
    ],
)
def test_a_table_that_cannot_be_used_says_where_and_why(table, text, settings, reason):
    with pytest.raises(DatasetError, match=reason):
        Vectors(table(text), **settings).read()


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DatasetError) as error:
        Vectors(str(tmp_path / "none.csv")).read()
    where = "A relative path counts from the folder of the sweep file."
    assert str(error.value) == f"there is no table {tmp_path / 'none.csv'}. {where}"


def test_rows_that_are_there_twice_are_noted_with_the_first_of_them(table):
    rows = GTZAN.splitlines(keepends=True)
    data = Vectors(table(GTZAN + "".join(rows[1:3])), leave_out="^length$").read()
    assert data.notes == (
        "2 of 5 rows repeat all cells of another row, and count twice: row 5 is row 2 again, row 6 is row 3 again",
    )


def test_labels_with_something_else_between_them_are_noted(table):
    def notes(*cells):
        rows = "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells))
        return Vectors(table(f"x,label\n{rows}"), task="multi_label").read().notes

    (note,) = notes("low|mid", "low", "mid|high")
    assert note.startswith("column 'label': 2 of 3 cells hold '|' and none ';', so 'low|mid' counts as one label")
    assert "2 of 2 cells hold ','" in notes("low, mid", "mid, high")[0]
    assert not notes("low;mid", "a|b", "mid")
    assert not notes("low", "mid", "high")


def test_the_front_end_of_vectors_gives_them_back():
    import numpy as np

    plugin = registry.load("features", "vector")()
    given = np.random.default_rng(0).standard_normal((3, 7)).astype("float32")
    assert plugin.shape(1, 7) == (1, 7)
    assert np.asarray(plugin.layer(1)(given)).shape == (3, 1, 7)
    assert np.array_equal(np.asarray(plugin.layer(1)(given))[:, 0], given)
