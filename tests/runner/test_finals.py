"""Finals: the best trials are trained again with fresh seeds, and the crown goes by these."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from sinesweep.blame import Interrupted
from sinesweep.record import Record
from sinesweep.storage import load_study
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import board_of, run
from sinesweep_runner.outcome import status_of, trial_text
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.progress import CHECKPOINTS

FINALISTS = {"trials": 2, "seeds": 2, "share": 100}


@pytest.fixture(scope="module")
def finished(tones, tmp_path_factory):
    """A sweep of three trials and two finalists, each with two fresh seeds."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "folds": 2},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1, "units": [32, 64], "norm": "batch"}},
        "fit": {"epochs": 5, "batch_size": 16, "learning_rate": {"low": 1e-4, "high": 1e-2}, "patience": 2},
        "search": {"pruner": "none"},
        "budget": {"trials": 3},
        "finalists": FINALISTS,
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones").folder


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of it to be changed."""
    return shutil.copytree(finished, tmp_path / "sweep")


def results_of(folder):
    place = SweepFolder(folder)
    sweep = place.sweep()
    return Record.of(sweep, place.storage(sweep)).results()


def test_the_best_are_trained_again_on_all_folds_with_fresh_seeds(finished):
    results = {result.trial.number: result for result in results_of(finished)}
    board = board_of(finished)
    assert len(board.finalists) == 2
    for row in board.finalists:
        again = [results[number] for number in row.finalist.trials]
        assert len({result.trial.seed for result in (*again, results[row.number])}) == 3
        assert all(len(result.folds) == 2 and result.trial.config == row.config for result in again)
        assert row.finalist.score == pytest.approx(np.mean([result.value for result in again]))
    assert board.counts == {State.COMPLETE: 3}
    assert "trial 4 again" not in trial_text(finished, 1)
    assert f"trial {results[4].trial.repeats} again, a finalist" in trial_text(finished, 4)
    assert "3 complete, 4 trainings of finalists" in status_of(finished)


def test_the_winner_is_the_finalist_with_the_best_mean_and_its_model_says_whose_scores_it_tells(finished):
    board = board_of(finished)
    best = max(board.finalists, key=lambda row: row.finalist.score)
    assert board.best.finalist.score == best.finalist.score
    told = json.loads((finished / "best" / "model.json").read_text())["scores"]["validation"]
    assert told["metrics"]["accuracy"] == pytest.approx(best.finalist.score)
    assert told["intervals"]["accuracy"] == pytest.approx(best.finalist.interval)
    assert "those of 4 models of the same settings" in told["of"]
    assert "only the test part can judge it" in told["of"]
    assert told["of"] in (finished / "best" / "README.md").read_text(encoding="utf-8")


def test_the_test_part_was_opened_once_for_the_winner_and_the_baseline(finished):
    opened = json.loads((finished / "test.json").read_text())
    assert opened["trial"] == board_of(finished).best.number
    assert opened["opened"]
    assert 0 <= opened["baseline"] <= 1


def test_no_sampler_sees_a_finalist_and_no_final_state_of_one_is_kept(finished):
    sweep = SweepFolder(finished).sweep()
    trials = load_study(sweep, SweepFolder(finished).storage(sweep)).get_trials()
    again = [trials[result.trial.number] for result in results_of(finished) if result.trial.repeats is not None]
    assert [(trial.state.name, trial.params) for trial in again] == [("FAIL", {})] * 4
    kept = {int(file.name[:5]) for file in (finished / CHECKPOINTS).iterdir()}
    assert kept == {1, 2, 3}


def test_a_sweep_with_finalists_can_be_replayed(finished, sinesweep):
    said = sinesweep("replay", finished)
    assert said.code == 0
    assert "7 asks gave the same trial again." in said.out + said.err


def test_what_was_cut_off_in_the_finals_is_finished_by_resume(tone_sweep, tmp_path, sinesweep, monkeypatch):
    from sinesweep_runner.training.learner import Learner

    real, epochs = Learner.train_epoch, []

    def impatient(learner, epoch):
        epochs.append(epoch)
        if len(epochs) == 8:  # three trials of two epochs, and the second epoch of the first finalist
            raise Interrupted
        return real(learner, epoch)

    monkeypatch.setattr(Learner, "train_epoch", impatient)
    file, folder = tmp_path / "sweep.yaml", tmp_path / "sweep"
    file.write_text(json.dumps(tone_sweep(finalists=FINALISTS, budget={"trials": 3}, search={"pruner": "none"})))
    assert sinesweep("run", file, "--out", folder).code == 130
    assert not (folder / "test.json").exists()
    assert "4 trainings of finalists to come" in status_of(folder)
    assert board_of(folder).best.trainings == (board_of(folder).best.number,)
    assert sinesweep("resume", folder).code == 0
    assert epochs[7:9] == [2, 2]
    assert len(board_of(folder).best.trainings) == 2
    trained = len(epochs)
    assert sinesweep("resume", folder, "--set", "budget.trials=3").code == 0
    assert len(epochs) == trained


def test_a_small_search_has_no_finalists_and_says_what_would_allow_them(tone_sweep, tmp_path, capfd):
    board = run(check_document(tone_sweep(search={"pruner": "none"})), tmp_path / "sweep", finalize=False).board
    assert board.finalists == ()
    assert "No finalists: the best 2 with 2 fresh seeds each would take" in capfd.readouterr().err


def test_finals_that_are_not_wanted_are_not_spoken_of(tone_sweep, tmp_path, capfd):
    document = tone_sweep(finalists={"trials": 0}, search={"pruner": "none"}, budget={"trials": 2})
    run(check_document(document), tmp_path / "sweep", finalize=False)
    assert "inalist" not in capfd.readouterr().err


def test_finalists_may_change_on_resume(folder, sinesweep):
    said = sinesweep("resume", folder, "--set", "finalists.trials=0")
    assert said.code == 0
    assert len(board_of(folder).finalists) == 2
