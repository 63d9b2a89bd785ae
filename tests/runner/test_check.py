"""`sinesweep check` and the first lines of a run: what a person reads before anything is trained."""

import json
import re

import numpy as np
import pytest
import soundfile

from sinesweep.errors import SweepError
from sinesweep.sections import Audio
from sinesweep.split import Split
from sinesweep.sweepfile import check_document
from sinesweep_runner import board_of, run
from sinesweep_runner.checking import check_sweep
from sinesweep_runner.preparing import length_of
from sinesweep_runner.sound.scan import ScanReport


@pytest.fixture
def pitches(tmp_path):
    """Eight speakers with four clips each, whose pitch is asked for, in a table."""
    rng, rows = np.random.default_rng(0), ["path,label,group"]
    for i in range(32):
        pitch_khz = rng.uniform(0.2, 3)
        wave = 0.3 * np.sin(2 * np.pi * 1000 * pitch_khz * np.arange(2000) / 8000)
        soundfile.write(tmp_path / f"{i:02d}.wav", wave, 8000)
        rows.append(f"{i:02d}.wav,{pitch_khz:.3f},speaker {i // 4}")
    file = tmp_path / "pitches.csv"
    file.write_text("\n".join(rows))
    return {"reader": "table", "path": str(file), "task": "regression"}


@pytest.mark.parametrize("clips", [1, 2, 7, 11, 31, 41, 3000])
def test_the_network_sees_the_95th_percentile_of_the_clips_that_are_not_sealed(clips):
    durations_s = np.random.default_rng(clips).integers(5, 400, clips + 1) / 100
    seen, sealed = durations_s[:-1], 60.0
    scan = ScanReport(clips + 1, (), (8000,) * (clips + 1), (1,) * (clips + 1), (*map(float, seen), sealed), {})
    length = length_of(Audio(), scan, Split((), test=(clips,), how=""))
    assert length.samples == round(8000 * round(float(np.percentile(seen, 95)), 2))


def test_few_groups_in_many_folds_can_be_checked(write_sweep, pitches):
    """The audit deals all eight speakers into five folds, the sweep those that are not sealed into three."""
    split = {"test": 0.2, "folds": 3}
    said = check_sweep(write_sweep(data=pitches, split=split, architectures=["mlp"], baseline="ridge"))
    sizes = [int(size) for size in re.findall(r"^\| fold \d +\| +\d+ +\| (\d+)", said, re.MULTILINE)]
    assert sorted(sizes) == [8, 8, 8]
    assert "over 5 folds:" in said


def test_of_data_without_groups_clips_are_spoken_of_and_no_groups(write_sweep, tones):
    said = check_sweep(write_sweep(data={"reader": "folder", "path": str(tones)}))
    assert "  clips a class: hiss 24, hum 24, whistle 24" in said
    assert "15 of 72 clips sealed as test" in said
    assert "| part       | clips | hiss" in said
    assert "@0" not in said


def test_a_reason_is_shown_with_its_numbers(write_sweep):
    deep = {"cnn": {"blocks": {"low": 1, "high": 6}, "pool_time": 2}}
    said = check_sweep(write_sweep(architectures=deep))
    assert re.search(r"Infeasible: \d+% of it, by arithmetic alone; no network was built, because", said)
    assert re.search(r"\d+ of 300 that were tried, such as: \d poolings of 2 × 2 on \d+ frames × 20 bins leave", said)


def test_features_that_no_architecture_can_take_are_named_with_it(write_sweep):
    with pytest.raises(SweepError, match="no configuration of cnn on summary can work") as error:
        check_sweep(write_sweep(features=["summary"], architectures=["cnn"]))
    assert re.search(r"\d poolings? of 2 × 2 on 1 frame × 57 bins leave nothing", str(error.value))
    assert "Choose other architectures or other features" in str(error.value)


def test_a_run_says_that_the_baseline_comes_first_and_what_it_came_to(tone_sweep, tones, tmp_path, capfd):
    document = tone_sweep(data={"reader": "folder", "path": str(tones)}, budget={"trials": 1})
    outcome = run(check_document(document), tmp_path / "sweep", finalize=False)
    said = capfd.readouterr().err
    name = next(iter(outcome.board.baseline.config["baseline"].values()))
    first, second, third, *_ = said[said.index("Trial 0 comes first") :].splitlines()
    assert first == f"Trial 0 comes first: the baseline, {name}, learns from 42 clips."
    assert re.match(rf"trial    0 complete accuracy [\d.]+ in \d+ s · baseline: {name} · 0/1", second)
    assert third == "Getting 1 worker ready."
    assert "The search has ended: 1 trial done.\n" in said
    assert said.rstrip().endswith(f"`sinesweep finalize {tmp_path / 'sweep'}` opens it, once.")


def test_a_clip_without_a_group_counts_as_its_own_in_what_a_sweep_leaves(tone_sweep, tones, tmp_path):
    document = tone_sweep(data={"reader": "folder", "path": str(tones)}, budget={"trials": 1}, baseline=None)
    board = run(check_document(document), tmp_path / "sweep", finalize=False).board
    groups = [clip["group"] for clip in json.loads((tmp_path / "sweep" / "split.json").read_text())["clips"]]
    assert len(set(groups)) == 72
    assert board.judged_groups == board.judged_clips == board_of(tmp_path / "sweep").judged_groups
    assert "group" not in (tmp_path / "sweep" / "leaderboard.md").read_text().replace("no groups are stated", "")


def test_limits_that_no_network_keeps_are_a_mistake(write_sweep, sinesweep):
    said = sinesweep("check", write_sweep(limits={"parameters": 5, "model_bytes": "1k"}))
    assert said.code == 2
    assert "limits: 40 networks of this space were built, and none keeps them; the nearest: parameters " in said.err
    assert "is over limits.parameters 5; model_bytes " in said.err


def test_the_finalists_count_in_the_time_that_is_told(write_sweep):
    small, large, none = (
        re.search(r"Time: very roughly (\d+) (?:s|min) for (.*) on", check_sweep(write_sweep(**asked)))
        for asked in (
            {"budget": {"trials": 4}},
            {"budget": {"trials": 30}},
            {"budget": {"trials": 30}, "finalists": {"trials": 0}},
        )
    )
    assert small.group(2) == "4 trials"
    assert large.group(2) == "30 trials and 3 finalists with 3 fresh seeds each"
    assert none.group(2) == "30 trials"
    assert int(large.group(1)) > int(none.group(1))


def test_how_much_of_the_space_the_limits_leave_out_is_told(write_sweep):
    said = check_sweep(write_sweep(limits={"parameters": "12k", "latency_ms": 20}))
    assert re.search(r"Limits: \d+% of it costs too much, because\n  \d+ of 40 that were built, such as: param", said)
    assert "how many answer too slowly, only their trials can tell" in said
