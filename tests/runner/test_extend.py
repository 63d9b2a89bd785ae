"""A sweep that has ended is given more: trials, ranges, plugins, or epochs for its best."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from sinesweep.blame import Interrupted
from sinesweep.record import Record
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import board_of, run
from sinesweep_runner.outcome import status_of, trial_text
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.progress import CHECKPOINTS

FIT = {"epochs": 2, "batch_size": 16, "learning_rate": {"low": 1e-3, "high": 1e-2}, "schedule": "constant"}


@pytest.fixture(scope="module")
def finished(tones, tmp_path_factory):
    """A sweep of three trials, whose test part is sealed."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": {"low": 20, "high": 40}, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1, "units": [32, 64], "norm": "batch"}},
        "fit": FIT,
        "search": {"startup_trials": 2, "pruner": "none"},
        "budget": {"trials": 3, "keep_checkpoints": 2},
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones", finalize=False).folder


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of it to be changed."""
    return shutil.copytree(finished, tmp_path / "sweep")


def scores(folder):
    return {row.number: (row.config, row.score) for row in board_of(folder).rows}


def test_a_sweep_goes_on_over_wider_ranges_and_another_plugin_with_all_it_knows(folder, sinesweep):
    before = scores(folder)
    said = sinesweep(
        *("extend", folder, "--trials", "+2", "--no-finalize"),
        *("--set", "features.log_mel.n_mels.high=120", "--set", "features.mfcc={window_ms: 32.0, hop_ms: 32.0}"),
    )
    assert said.code == 0
    assert "3 trials of before lie in the new space, and teach the sampler." in said.err
    after = scores(folder)
    assert after.keys() == {1, 2, 3, 4, 5}
    assert {number: after[number] for number in before} == before
    sweep = SweepFolder(folder).sweep()
    assert (sweep.study, sweep.budget.trials) == ("tones/2", 5)
    assert sinesweep("resume", folder, "--set", "budget.trials=6", "--no-finalize").code == 0
    assert scores(folder).keys() == {1, 2, 3, 4, 5, 6}
    assert re.search(r"6 of 6 trials \([1-9]\d* (s|min) of search\)", status_of(folder))


def test_trials_outside_the_new_ranges_stay_on_the_leaderboard(folder, sinesweep):
    before = scores(folder)
    said = sinesweep("extend", folder, "--trials", "4", "--set", "fit.epochs=1", "--no-finalize")
    assert "3 others stay on the leaderboard, but the sampler does not see them." in said.err
    after = scores(folder)
    assert {number: after[number] for number in before} == before
    assert after[4][0]["fit"]["epochs"] == 1


def test_more_budget_alone_needs_no_other_study(folder, sinesweep):
    assert sinesweep("extend", folder, "--trials", "+1", "--hours", "1", "--no-finalize").code == 0
    sweep = SweepFolder(folder).sweep()
    assert (sweep.study, sweep.budget.trials, sweep.budget.hours) == (None, 4, 1.0)
    assert len(scores(folder)) == 4


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (["--set", "search.objective=macro_f1"], "search.objective=macro_f1: scores of before and after could not be"),
        (["--set", "split.valid=0.4"], "could not be compared"),
        (
            ["--set", "data.path=/elsewhere", "--trials", "+1"],
            "Where the data have moved, go on with: sinesweep resume",
        ),
        (["--set", "fit.epochs=5"], "so nothing would be trained; expected more, such as --trials +50"),
        (["--trials", "+1", "--set", "budget.trials=9"], "--trials +1 and --set budget.trials=…: expected one of them"),
        (["--set", "audio.seconds=1"], "could not be compared"),
        (["--set", "search.seed=1"], "could not be compared"),
        (["--hours", "+2"], "this sweep has no limit of hours that could grow"),
        (["--trials", "+many"], "--trials +many: expected a number"),
        (["--set", "features.log_mel.n_mels.high=1000"], "features.log_mel.n_mels"),
        (["--set", "foo"], "--set foo: expected key=value, such as --set budget.trials=20"),
        ([], "nothing to extend by"),
    ],
)
def test_what_would_make_scores_incomparable_is_refused_before_anything_changes(folder, sinesweep, asked, reason):
    place = SweepFolder(folder)
    before = place.sweep_file.read_text(), (folder / "study.journal").read_bytes()
    said = sinesweep("extend", folder, *asked)
    assert said.code == 2
    assert reason in said.err
    assert (place.sweep_file.read_text(), (folder / "study.journal").read_bytes()) == before


def test_the_best_are_trained_longer_as_trials_of_their_own(folder, sinesweep):
    before, best = scores(folder), board_of(folder).best.number
    said = sinesweep("continue", folder, "--top", "1", "--epochs", "5", "--no-finalize")
    assert said.code == 0
    board = board_of(folder)
    assert board.longer == {4: best}
    after = scores(folder)
    assert {number: after[number] for number in before} == before
    assert after[4][0]["fit"] == before[best][0]["fit"] | {"epochs": 5}
    assert f"Continued with more epochs than the others were given: trial 4 from {best}." in said.out
    assert f"continued from trial {best}" in trial_text(folder, 4)
    assert "3 of 3 trials" in status_of(folder)
    told = json.loads((folder / "leaderboard.json").read_text())
    assert told["longer"] == {"4": best}

    assert sinesweep("extend", folder, "--trials", "+1", "--no-finalize").code == 0
    assert max(scores(folder)) > 4


def test_a_continued_trial_is_the_one_that_a_longer_search_would_have_had(folder, sinesweep, tones, tmp_path):
    sweep = SweepFolder(folder).sweep()
    document = json.loads(sweep.model_dump_json(by_alias=True))
    longer = document | {"fit": document["fit"] | {"epochs": 4}}
    whole = run(check_document(longer), tmp_path / "longer", finalize=False).board
    assert sinesweep("continue", folder, "--top", "2", "--epochs", "4", "--no-finalize").code == 0
    board = board_of(folder)
    rows, undisturbed = ({row.number: row for row in each.rows} for each in (board, whole))
    assert len(board.longer) == 2
    assert "5 complete (2 of them finished trials that were trained longer, beside the budget)" in status_of(folder)
    for number, before in board.longer.items():
        assert rows[number].curves == undisturbed[before].curves
        assert rows[number].metrics == undisturbed[before].metrics


def test_ctrl_c_leaves_what_resume_finishes(folder, sinesweep, monkeypatch):
    from sinesweep_runner.training.learner import Learner

    real, epochs = Learner.train_epoch, []

    def impatient(learner, epoch):
        epochs.append(epoch)
        if epoch == 5 and epochs.count(5) == 1:
            raise Interrupted
        return real(learner, epoch)

    monkeypatch.setattr(Learner, "train_epoch", impatient)
    assert sinesweep("continue", folder, "--top", "2", "--epochs", "6").code == 130
    assert epochs == [3, 4, 5]
    assert not (folder / "test.json").exists()
    assert "2 finished trials to be continued with more epochs" in status_of(folder)
    assert sinesweep("resume", folder, "--no-finalize").code == 0
    assert epochs == [3, 4, 5, 5, 6, 3, 4, 5, 6]
    assert len(board_of(folder).longer) == 2
    assert board_of(folder).counts == {State.COMPLETE: 5}


def test_what_cannot_be_continued_is_told_and_the_others_are(folder, sinesweep):
    said = sinesweep("continue", folder, "--epochs", "2")
    assert said.code == 2
    assert "--epochs 2: there is nothing to go on from; trial " in said.err
    assert said.err.count("expected more epochs than it was given before, which is 2") == 3
    last = board_of(folder).rows[-1].number  # of which keep_checkpoints keeps nothing
    said = sinesweep("continue", folder, "--top", "3", "--epochs", "4", "--no-finalize")
    assert said.code == 0
    assert f"Trial {last} is left out: its final state was not kept; budget.keep_checkpoints says" in said.err
    assert len(board_of(folder).longer) == 2
    shutil.rmtree(folder / CHECKPOINTS)
    said = sinesweep("continue", folder, "--top", "1", "--epochs", "9")
    assert (said.code, "its final state was not kept" in said.err) == (2, True)


def test_a_final_state_that_was_cut_off_is_told_before_anything_is_trained(folder, sinesweep):
    best, before = board_of(folder).best.number, scores(folder)
    file = folder / CHECKPOINTS / f"{best:05d}.fold0.npz"
    file.write_bytes(file.read_bytes()[:1000])
    said = sinesweep("continue", folder, "--top", "1", "--epochs", "9")
    assert said.code == 2
    assert f"trial {best} is left out: its final state cannot be read, {file} is damaged: it was cut off" in said.err
    assert scores(folder) == before
    assert "to be continued" not in status_of(folder)


@pytest.mark.parametrize("damage", ["nonsense", "[7]"])
def test_a_damaged_event_is_told_and_without_the_file_the_sweep_goes_on(folder, sinesweep, damage):
    events = SweepFolder(folder).events_file
    events.write_text(f"{damage}\n{events.read_text()}")
    for command in (
        ["resume", folder],
        ["extend", folder, "--trials", "+1", "--set", "fit.epochs=3"],
        ["replay", folder],
    ):
        said = sinesweep(*command)
        assert said.code == 2
        assert f"{events}, line 1: expected an event of the sweep (" in said.err
    events.unlink()
    assert sinesweep("extend", folder, "--trials", "+1", "--no-finalize").code == 0
    assert len(scores(folder)) == 4
    assert "does not tell of the sweep's beginning" in sinesweep("replay", folder).err


@pytest.mark.parametrize("asked", ["2", "3", "+0"])
def test_a_budget_that_is_spent_already_is_refused_and_opens_nothing(folder, sinesweep, asked):
    said = sinesweep("extend", folder, "--trials", asked)
    assert said.code == 2
    assert "3 trials of this sweep are done, and its budget is" in said.err
    assert "expected more, such as --trials +50" in said.err
    assert not SweepFolder(folder).test_file.exists()


def test_the_baseline_cannot_be_the_winner(folder, sinesweep):
    said = sinesweep("finalize", folder, "--trial", "0")
    assert said.code == 2
    assert "trial 0 is the baseline, which is no network; the best are " in said.err


def test_what_was_asked_for_is_not_forgotten_where_the_workers_never_get_ready(folder, sinesweep, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sinesweep_runner.executors.serial.SerialExecutor.open", interrupted)
        assert sinesweep("continue", folder, "--top", "1", "--epochs", "3").code == 130
    assert "1 finished trial to be continued with more epochs" in status_of(folder)
    assert sinesweep("resume", folder, "--set", "foo").code == 2
    assert sinesweep("resume", folder, "--no-finalize").code == 0
    assert len(board_of(folder).longer) == 1


def test_who_kept_the_test_part_sealed_finds_it_sealed_until_it_is_opened_on_purpose(folder, sinesweep):
    """However the sweep goes on."""
    for command in (("resume", folder), ("extend", folder, "--trials", "+1"), ("continue", folder, "--epochs", "3")):
        said = sinesweep(*command, *(("--top", "1") if command[0] == "continue" else ()))
        assert said.code == 0
        assert f"The test part stays sealed, as was asked; `sinesweep finalize {folder}` opens it" in said.err
    assert not SweepFolder(folder).test_file.exists()
    assert sinesweep("finalize", folder).code == 0
    assert SweepFolder(folder).test_file.exists()


def test_where_the_driver_has_died_status_says_that_nobody_runs_the_sweep(folder, monkeypatch):
    monkeypatch.setattr(Record, "running", property(lambda self: 2))
    assert f"nobody runs this sweep any more; go on with: sinesweep resume {folder}" in status_of(folder)
    with SweepFolder(folder).claimed():
        assert "2 running" in status_of(folder)


def test_a_search_that_has_not_ended_keeps_its_test_part_sealed_when_trials_are_trained_longer(
    tone_sweep, tmp_path, sinesweep
):
    folder = tmp_path / "sweep"
    run(check_document(tone_sweep(budget={"trials": 2}, workers={"count": 1})), folder, finalize=False)
    (folder / ".sealed").unlink()
    longer = SweepFolder(folder).sweep_file.read_text().replace("trials: 2", "trials: 5")
    SweepFolder(folder).sweep_file.write_text(longer)
    said = sinesweep("continue", folder, "--top", "1", "--epochs", "4")
    assert said.code == 0
    assert "The search itself has not ended, so the test part stays sealed. Go on with: sinesweep resume" in said.err
    [line] = [line for line in said.err.splitlines() if line.startswith("trial    3 ")]
    assert "left" not in line
    assert board_of(folder).longer.keys() == {3}
    assert not (folder / "test.json").exists()
    assert not (folder / "best").exists()
