"""What every reader of data sets promises."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from unittest import SkipTest

from sinesweep.contract import DatasetReader
from sinesweep.dataset import Dataset
from sinesweep.errors import DatasetError
from sinesweep.settings import settings
from sinesweep.testing.expect import expect_labels, trying
from sinesweep.testing.points import changed, points
from sinesweep.testing.suite import PluginSuite


class DatasetSuite(PluginSuite):
    """The suite of `DatasetReader`; its hole is a fixture `plugin` that returns one which finds a small data set."""

    kind = "datasets"
    searched = False

    def test_it_says_in_known_words_what_its_labels_tell(self, plugin: DatasetReader) -> None:
        """In words of `LABELS`, by which augmentations that would make such labels wrong are warned about."""
        for point in points(plugin):
            with trying(point):
                expect_labels(point.tells())

    def test_clips_are_in_a_stable_order(self, plugin: DatasetReader) -> None:
        """An index names the same clip on every machine: they are sorted by path, then by where they start."""
        dataset = plugin.read()
        if dataset.columns:
            raise SkipTest("its clips are vectors, in the order of their rows")
        order = [(clip.path, clip.start_s) for clip in dataset.clips]
        assert order == sorted(order), "the clips are not sorted by path and start"

    def test_reading_twice_gives_the_same_table(self, plugin: DatasetReader) -> None:
        """Trials on different days see the same clips."""
        first, second = plugin.read(), plugin.read()
        assert first == second, "two readings differ"
        assert first.fingerprint() == second.fingerprint(), "two readings have different fingerprints"

    def test_every_clip_is_a_file_that_is_there(self, plugin: DatasetReader) -> None:
        """By an absolute path, with a part of it that is not empty."""
        dataset = plugin.read()
        if dataset.columns:
            raise SkipTest("its clips are vectors, not sounds")
        for clip in dataset.clips:
            assert Path(clip.path).is_absolute(), f"the path of a clip is relative: {clip.path}"
            assert Path(clip.path).is_file(), f"there is no file {clip.path}"
            assert clip.start_s >= 0, f"{clip.path} starts at {clip.start_s} s"
            assert clip.stop_s is None or clip.stop_s > clip.start_s, f"{clip.path} ends before it begins"

    def test_no_clip_is_there_twice(self, plugin: DatasetReader) -> None:
        """One piece of sound on two sides of a split would flatter every model."""
        dataset = plugin.read()
        if dataset.columns:
            raise SkipTest("its clips are vectors, not sounds")
        pieces = Counter((clip.path, clip.start_s, clip.stop_s) for clip in dataset.clips)
        double = [piece for piece, times in pieces.items() if times > 1]
        assert not double, f"listed twice: {sorted(map(str, double))[0]}"

    def test_every_edge_and_random_point_reads_or_says_what_is_missing(self, plugin: DatasetReader) -> None:
        """DatasetError is the one answer to files that are not as these settings want them."""
        for point in points(plugin):
            with trying(point):
                try:
                    assert isinstance(point.read(), Dataset), "read() gives no Dataset"
                except DatasetError as reason:
                    assert str(reason).strip(), "DatasetError without a word"

    def test_a_path_that_is_not_there_or_empty_is_a_dataset_error(self, plugin: DatasetReader) -> None:
        """The message names the path."""
        if "path" not in settings(type(plugin)):
            raise SkipTest("it has no setting `path`")
        with tempfile.TemporaryDirectory() as folder:
            for place in (Path(folder), Path(folder) / "nowhere"):
                try:
                    changed(plugin, {"path": str(place)}).read()
                except DatasetError as reason:
                    assert folder in str(reason), f"the message does not name {place}: {reason}"
                else:
                    raise AssertionError(f"{place} holds nothing, and read() does not say so")
