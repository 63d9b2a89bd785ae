"""What was measured of exports is kept beside the winner."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from sinesweep.errors import ArtifactError
from sinesweep.exports import Export, read_exports, record_export
from sinesweep.report import to_csv
from sinesweep.report.page.columns import columns
from sinesweep.report.page.entries import entries

ONNX = Export(
    name="onnx",
    folder="exports/onnx",
    runtime="onnxruntime 1.22.0",
    size_bytes=250_000,
    latency_ms=0.5,
    threads=1,
    peak_bytes=90_000_000,
    runtime_bytes=70_000_000,
    compared="200 validation clips",
    difference=1e-6,
    tolerance=1e-3,
    scores={"accuracy": 0.9},
    model_scores={"accuracy": 0.9},
)


def test_a_winner_that_was_not_exported_has_no_exports(tmp_path):
    assert read_exports(tmp_path) == ()


def test_exports_are_read_as_they_were_recorded_by_name(tmp_path):
    litert = replace(ONNX, name="litert")
    for each in (ONNX, litert):
        record_export(tmp_path, each)
    assert read_exports(tmp_path) == (litert, ONNX)


def test_an_export_takes_the_place_of_an_earlier_one(tmp_path):
    record_export(tmp_path, ONNX)
    record_export(tmp_path, replace(ONNX, latency_ms=0.4))
    assert [each.latency_ms for each in read_exports(tmp_path)] == [0.4]


def test_the_memory_of_a_model_leaves_its_runtime_out():
    assert ONNX.model_bytes == 20_000_000


@pytest.fixture
def exported(sweep_of):
    """A board whose winner was exported."""
    board = sweep_of([3.0, 2.0]).board()
    return replace(board, rows=(replace(board.rows[0], exports=(ONNX,)), *board.rows[1:]))


def test_the_csv_leaderboard_has_what_the_exports_of_the_winner_cost(exported, sweep_of):
    first, second = csv.DictReader(io.StringIO(to_csv(exported)))
    assert [first[name] for name in ONNX.figures] == ["250000", "0.5", "20000000"]
    assert [second[name] for name in ONNX.figures] == ["", "", ""]
    assert "export_" not in to_csv(sweep_of([3.0, 2.0]).board())


def test_the_page_has_columns_for_what_exports_cost_named_as_in_the_csv_and_hidden_at_first(exported, story_of):
    story = story_of(exported)
    told = {column.name: column for column in columns(story, entries(story))}
    assert list(ONNX.figures) == ["export_onnx_bytes", "export_onnx_latency_ms", "export_onnx_memory_bytes"]
    found = [told[name] for name in ONNX.figures]
    assert [column.text(0) for column in found] == ["250 kB", "0.5 ms", "20 MB"]
    assert [column.text(1) for column in found] == ["", "", ""]
    assert not any(column.usual for column in found)
    assert set(ONNX.figures) <= set(to_csv(exported).splitlines()[0].split(","))


@pytest.mark.parametrize("text", ["", "[1]", '[{"name": "onnx"}]'])
def test_a_file_that_nobody_can_read_is_an_error(tmp_path, text):
    (tmp_path / "exports.json").write_text(text)
    with pytest.raises(ArtifactError, match=r"exports\.json: expected what `sinesweep export` wrote"):
        read_exports(tmp_path)
