"""Out-of-fold predictions on disk."""

import numpy as np
import pytest

from sinesweep.errors import SweepError
from sinesweep.predictions import load, save


def test_predictions_come_back_in_the_order_of_the_clips(tmp_path):
    file = tmp_path / "trial-00007.npz"
    save(file, [9, 2, 5], [1, 0, 1], [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]])
    told = load(file)
    assert told.clips.tolist() == [2, 5, 9]
    assert told.targets.tolist() == [0, 1, 1]
    assert told.probabilities.tolist() == [[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]]
    assert [path.name for path in tmp_path.iterdir()] == ["trial-00007.npz"]


def test_the_largest_probability_stays_where_it_was_when_single_precision_would_make_a_tie(tmp_path):
    close = np.array([[0.3, 0.35, 0.35 + 1e-12], [0.4, 0.3, 0.3]])
    save(tmp_path / "a.npz", [0, 1], [2, 0], close)
    stored = load(tmp_path / "a.npz").probabilities
    assert stored.dtype == np.float32
    assert stored.argmax(axis=1).tolist() == [2, 0]
    assert np.allclose(stored, close, atol=1e-6)


def test_the_same_predictions_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save(tmp_path / name, [0, 1], [0, 1], np.eye(2))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize(
    ("clips", "probabilities", "reason"),
    [
        ([0, 0], np.eye(2), "a clip comes twice"),
        ([0], np.eye(2), r"got \(1,\)"),
        ([0, 1], np.ones(2), r"\(n, classes\)"),
    ],
)
def test_what_is_no_prediction_a_clip_is_refused(tmp_path, clips, probabilities, reason):
    with pytest.raises(ValueError, match=reason):
        save(tmp_path / "a.npz", clips, clips, probabilities)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("content", [None, b"", b"no zip at all", "pickle", "other", "cut"])
def test_a_file_that_holds_no_predictions_is_named(tmp_path, content):
    file = tmp_path / "a.npz"
    save(file, [0, 1], [0, 1], np.eye(2))
    if content is None:
        file.unlink()
    elif content == "pickle":
        np.savez(file, clips=np.array([{}], dtype=object))
    elif content == "other":
        np.savez(file, sounds=np.zeros(3))
    else:
        file.write_bytes(file.read_bytes()[:100] if content == "cut" else content)
    with pytest.raises(SweepError, match="expected a file of predictions"):
        load(file)


def test_a_folder_that_is_not_there_leaves_nothing_behind(tmp_path):
    with pytest.raises(FileNotFoundError):
        save(tmp_path / "gone" / "a.npz", [0], [0], [[1.0]])
    assert not any(tmp_path.iterdir())
