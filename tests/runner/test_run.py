"""A whole sweep in this process: search, rank, open the test part once, hand over a model that predicts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ruamel.yaml import YAML

from sinesweep import report
from sinesweep.errors import SweepError, SweepFailed
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import Artifact, board_of, finalize, predict, resume, run
from sinesweep_runner.export.exported import Exported
from sinesweep_runner.export.exporting import export
from sinesweep_runner.export.formats import Format
from sinesweep_runner.model.facts import trial_of
from sinesweep_runner.outcome import status_of, trial_text
from sinesweep_runner.printing import print_outcome
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.signals import StopRequest
from sinesweep_runner.sweepfolder import SweepFolder


@pytest.fixture(scope="module")
def finished(tones, tmp_path_factory):
    """A sweep of four trials over two networks, run to its end."""
    document = {
        "name": "tones",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 16.0}},
        "architectures": {"mlp": {"layers": 1}, "cnn": {"blocks": 2, "filters": 8, "head": "global_average"}},
        "augmentations": ["gain"],
        "fit": {"epochs": 3, "batch_size": 16, "learning_rate": 0.003},
        "search": {"pruner": "none"},
        "budget": {"trials": 4},
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones")


def trained(folder):
    """The numbers of the trials that ended with a score, as the study holds them."""
    return [row.number for row in board_of(folder).rows]


def stopping_after(monkeypatch, trials):
    """Somebody presses Ctrl-C while the last of so many trials is running."""
    ended = []

    class Impatient(StopRequest):
        @property
        def asked(self):
            return len(ended) >= trials

        @asked.setter
        def asked(self, value): ...

    monkeypatch.setattr("sinesweep_runner.signals.StopRequest", Impatient)
    monkeypatch.setattr("sinesweep_runner.watch.Watch.ended", lambda watch, result: ended.append(result))


def interrupt(*_args: object) -> None:
    """Somebody presses Ctrl-C."""
    raise KeyboardInterrupt


def test_every_trial_is_ranked_beside_the_baseline(finished):
    board = finished.board
    assert finished.why == "4 trials done"
    assert [row.rank for row in board.rows] == [1, 2, 3, 4]
    assert [row.score for row in board.rows] == sorted((row.score for row in board.rows), reverse=True)
    assert board.baseline.number == 0
    assert all(low <= row.score <= high for row in board.rows for low, high in [row.interval])


def test_the_outcome_lies_in_the_folder_for_people_and_for_programs(finished):
    for name in ("sweep.yaml", "split.json", "test.json", "report.html", "leaderboard.md", "leaderboard.csv"):
        assert (finished.folder / name).stat().st_size > 0
    told = json.loads((finished.folder / "leaderboard.json").read_text())
    assert finished.board.header.how in json.dumps(told, ensure_ascii=False)


def test_the_end_of_a_sweep_tells_where_all_lies_and_how_to_predict(finished, capsys):
    print_outcome(finished)
    said = capsys.readouterr().out
    assert f"report:      {finished.folder / 'report.html'}" in said
    assert f"(sinesweep predict {finished.folder / 'best'} SOUND …)" in said


def test_the_test_part_was_opened_once_for_the_winner(finished):
    opened = json.loads((finished.folder / "test.json").read_text())
    assert opened["trial"] == finished.board.best.number == finished.board.test.trial
    assert opened["score"] == finished.board.test.score
    assert opened["baseline"] is not None
    with pytest.raises(SweepError, match="the test part was opened on"):
        finalize(finished.folder)


def test_one_trial_is_told_with_its_configuration_and_folds(finished):
    best = finished.board.best
    told = trial_text(finished.folder, best.number)
    assert told.startswith(f"trial {best.number}: complete")
    assert f"accuracy: {best.score:.4f}" in told
    assert "log_mel.n_mels: 20" in told
    assert "fold 1: accuracy" in told
    assert trial_text(finished.folder, 0).startswith("trial 0: complete")
    with pytest.raises(SweepError, match="trial 9 has not ended, or there is none; it has 0 … 4"):
        trial_text(finished.folder, 9)


def test_a_failed_trial_is_told_with_its_traceback(tone_sweep, tmp_path):
    sweep = check_document(tone_sweep(losses={"engine_plugins:NanLoss": {}}, budget={"trials": 1}))
    with pytest.raises(SweepFailed):
        run(sweep, tmp_path / "sweep")
    told = trial_text(tmp_path / "sweep", 1)
    assert "nan: the loss was nan" in told
    assert "Traceback (most recent call last)" in told


def test_a_sweep_whose_budget_is_spent_says_so_and_goes_on_with_a_larger_one(tone_sweep, tmp_path):
    run(check_document(tone_sweep(budget={"trials": 1})), tmp_path / "sweep", finalize=False)
    assert "1 trial done before, so nothing is left to do" in resume(tmp_path / "sweep", finalize=False).why
    assert resume(tmp_path / "sweep", ["budget.trials=2"], finalize=False).why == "2 trials done"


def test_no_sealed_clip_was_seen_in_training_or_validation(finished):
    split = json.loads((finished.folder / "split.json").read_text())
    seen = {clip for fold in split["folds"] for part in fold.values() for clip in part}
    group_of = [clip["group"] for clip in split["clips"]]
    assert {group_of[clip] for clip in seen}.isdisjoint({group_of[clip] for clip in split["test"]})
    assert len(seen) + len(split["test"]) == len(group_of)


@pytest.mark.parametrize("exported", [False, True], ids=["the winner", "its ONNX export"])
def test_the_score_through_predict_is_the_leaderboards(finished, tmp_path, exported):
    opened = json.loads((finished.folder / "test.json").read_text())
    split = json.loads((finished.folder / "split.json").read_text())
    sealed = [split["clips"][clip] for clip in split["test"]]
    best = shutil.copytree(finished.folder / "best", tmp_path / "best")
    model = Exported.load(best / export(best, Format.ONNX).folder) if exported else Artifact.load(best)
    answers = predict(model, [clip["path"] for clip in sealed])
    assert [answer.path for answer in answers] == [clip["path"] for clip in sealed]
    right = [answer.label == clip["label"] for answer, clip in zip(answers, sealed, strict=True)]
    assert np.mean(right) == pytest.approx(opened["score"])
    loss = [-np.log(answer.probabilities[clip["label"]]) for answer, clip in zip(answers, sealed, strict=True)]
    assert np.mean(loss) == pytest.approx(opened["metrics"]["loss"], rel=1e-4)


def test_best_says_what_it_is(finished):
    facts = json.loads((finished.folder / "best" / "model.json").read_text())
    opened = json.loads((finished.folder / "test.json").read_text())
    best = finished.board.best
    assert facts["classes"] == ["hiss", "hum", "whistle"]
    assert facts["configuration"] == best.config
    assert facts["scores"]["validation"]["metrics"]["accuracy"] == best.score
    assert facts["scores"]["test"]["metrics"] == opened["metrics"]
    split = json.loads((finished.folder / "split.json").read_text())
    assert facts["split"] == {"fingerprint": split["fingerprint"], "how": split["how"]}


def test_status_tells_the_end(finished):
    text = status_of(finished.folder)
    assert "4 of 4 trials" in text
    assert "nothing is running" in text
    assert "the test part has been opened" in text


def test_results_are_read_without_the_plugins_that_made_them(finished, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "later"))
    for file, reader in [("sweep.yaml", "reader: {}"), ("events.jsonl", '"reader":"{}"')]:
        told = (folder / file).read_text().replace("log_mel", "uninstalled")
        (folder / file).write_text(told.replace(reader.format("folder"), reader.format("nowhere:Reader")))
    assert status_of(folder) == status_of(finished.folder)
    assert trial_text(folder, 1) == trial_text(finished.folder, 1)
    assert report.to_json(board_of(folder)) == report.to_json(board_of(finished.folder))
    with pytest.raises(SweepError, match="no plugin named 'uninstalled' among features"):
        resume(folder)


def test_a_finished_sweep_takes_a_larger_budget_but_opens_the_test_part_no_second_time(finished, tmp_path, capfd):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "more"))
    before = (folder / "test.json").read_text()
    outcome = resume(folder, ["budget.trials=5"])
    assert outcome.why == "5 trials done"
    assert len(outcome.board.rows) == 5
    assert (folder / "test.json").read_text() == before
    assert "the test part was opened" in capfd.readouterr().err.lower()


def test_the_same_seed_gives_the_same_leaderboard(tone_sweep, tmp_path):
    document = tone_sweep(
        architectures={"mlp": {"layers": 1}, "cnn": {"blocks": 2, "filters": 8, "dense_units": 0}},
        augmentations=["gain", "time_mask"],
        search={"seed": 3, "startup_trials": 2},
    )
    boards = [run(check_document(document), tmp_path / name, finalize=False).board for name in ("one", "two")]
    one, two = ([(row.number, row.score, row.config, row.metrics) for row in board.rows] for board in boards)
    assert one == two
    assert boards[0].baseline.score == boards[1].baseline.score


def test_a_stopped_sweep_resumes_without_repeating_a_trial_and_within_its_budget(tone_sweep, tmp_path, monkeypatch):
    with pytest.MonkeyPatch.context() as impatient:
        stopping_after(impatient, 2)
        first = run(check_document(tone_sweep()), tmp_path / "sweep")
    assert first.why == "stopped on request"
    assert (tmp_path / "sweep" / "leaderboard.md").exists()
    assert not (tmp_path / "sweep" / "test.json").exists()
    kept = {row.number: (row.config, row.score) for row in first.board.rows}
    assert len(kept) == 2

    trials = []
    monkeypatch.setattr("sinesweep_runner.watch.Watch.began", lambda watch, trial: trials.append(trial.number))
    second = resume(tmp_path / "sweep")
    assert second.why == "4 trials done"
    assert len(trials) == 2
    assert kept.keys().isdisjoint(trials)
    rows = {row.number: (row.config, row.score) for row in second.board.rows}
    assert {number: rows[number] for number in kept} == kept
    assert (tmp_path / "sweep" / "test.json").exists()


def test_every_clip_that_is_not_sealed_validates_once_in_k_folds(tone_sweep, tmp_path):
    document = tone_sweep(split={"test": 0.2, "folds": 3}, budget={"trials": 1})
    outcome = run(check_document(document), tmp_path / "sweep", finalize=False)
    assert len(outcome.board.best.folds) == 3
    split = json.loads((outcome.folder / "split.json").read_text())
    validated = sorted(clip for fold in split["folds"] for clip in fold["valid"])
    assert validated == sorted(set(range(len(split["clips"]))) - set(split["test"]))
    told = np.load(outcome.folder / "predictions" / "00001.npz")
    assert sorted(told["clips"]) == validated


def test_without_finalize_the_test_part_stays_sealed_until_it_is_asked_for(tone_sweep, tmp_path):
    outcome = run(check_document(tone_sweep(budget={"trials": 1})), tmp_path / "sweep", finalize=False)
    assert not (outcome.folder / "test.json").exists()
    assert not (outcome.folder / "best").exists()
    assert outcome.board.test is None
    outcome = finalize(outcome.folder)
    assert outcome.board.test.trial == outcome.board.best.number
    assert Artifact.load(outcome.folder / "best").classes == ("hiss", "hum", "whistle")


def test_without_a_test_part_there_is_a_model_of_the_winner_and_no_test_score(tone_sweep, tmp_path, capsys):
    document = tone_sweep(split={"test": 0, "valid": 0.25}, budget={"trials": 2}, search={"pruner": "none"})
    outcome = run(check_document(document), tmp_path / "sweep")
    assert Artifact.load(outcome.folder / "best").facts["scores"].keys() == {"validation"}
    assert outcome.board.test is None
    assert not (outcome.folder / "test.json").exists()
    assert trial_of(outcome.folder / "best") == outcome.board.best.number
    outcome = finalize(outcome.folder, outcome.board.rows[1].number)
    assert trial_of(outcome.folder / "best") == outcome.board.rows[1].number
    print_outcome(outcome)
    assert f"(trial {outcome.board.rows[1].number}, as was asked; not trial" in capsys.readouterr().out


def test_data_that_have_changed_since_are_refused_on_resume(tone_sweep, tones, tmp_path):
    sounds = Path(shutil.copytree(tones, tmp_path / "sounds"))
    data = {"reader": "folder", "path": str(sounds), "group": r"(\w+/rec\d+)"}
    run(check_document(tone_sweep(data=data, budget={"trials": 1})), tmp_path / "sweep", finalize=False)
    soundfile.write(sounds / "hum" / "rec7_take1.wav", np.random.default_rng(1).uniform(-0.1, 0.1, 4000), 8000)
    before = (tmp_path / "sweep" / "sweep.yaml").read_text()
    with pytest.raises(SweepError, match=r"changed since this sweep began: 1 clip is new \(hum/rec7_take1.wav\)"):
        resume(tmp_path / "sweep", ["budget.trials=2"])
    assert trained(tmp_path / "sweep") == [1]
    assert (tmp_path / "sweep" / "sweep.yaml").read_text() == before


def test_data_that_have_moved_are_found_where_they_are_said_to_be(tone_sweep, tones, tmp_path, monkeypatch):
    sounds = Path(shutil.copytree(tones, tmp_path / "sounds"))
    data = {"reader": "folder", "path": str(sounds), "group": r"(\w+/rec\d+)"}
    run(check_document(tone_sweep(data=data, budget={"trials": 1})), tmp_path / "sweep", finalize=False)
    sounds.rename(tmp_path / "moved")
    with pytest.raises(SweepError, match=r"Where the data have moved, go on with: .* --set data.path=…"):
        resume(tmp_path / "sweep", ["budget.trials=2"])
    monkeypatch.chdir(tmp_path)
    resume(tmp_path / "sweep", ["budget.trials=2", "data.path=moved"], finalize=False)
    assert trained(tmp_path / "sweep") == [1, 2]
    assert SweepFolder(tmp_path / "sweep").begun().data.settings()["path"] == str(tmp_path / "moved")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("objective: accuracy", "objective: loss", "search.objective was accuracy and is loss"),
        ("  valid: 0.25", "  valid: 0.5", "split.valid was 0.25 and is 0.5"),
        ("name: tones", "name: other", "name was tones and is other"),
        ("  epochs: 3", "  epochs: 9", "fit.epochs was 3 and is 9"),
    ],
)
@pytest.mark.parametrize("use", [status_of, resume, board_of])
def test_a_sweep_file_that_was_changed_by_hand_is_no_sweep_of_its_scores(finished, tmp_path, use, old, new, told):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "sweep"))
    file = folder / "sweep.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(SweepError) as refusal:
        use(folder)
    assert f"says otherwise than when the search began: {told}" in str(refusal.value)


def test_what_may_change_on_resume_may_be_changed_by_hand(finished, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "sweep"))
    file = folder / "sweep.yaml"
    file.write_text(file.read_text().replace("  trials: 4", "  trials: 40"))
    assert "4 of 40 trials" in status_of(folder)


def test_an_opening_that_was_cut_off_is_written_down_and_completed_for_the_same_trial(tone_sweep, tmp_path):
    document = tone_sweep(budget={"trials": 1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sinesweep_runner.finishing.open_test", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(check_document(document), tmp_path / "sweep")
    place = SweepFolder(tmp_path / "sweep")
    assert place.recall(place.test_file).keys() == {"opened", "trial"}
    assert "was opened for trial 1, but not scored" in status_of(place.path)

    resume(place.path, ["budget.trials=4"], finalize=False)
    opened = place.recall(place.test_file)
    outcome = finalize(place.path)
    assert outcome.board.test.trial == opened["trial"] == 1
    assert outcome.board.test.opened == opened["opened"]
    with pytest.raises(SweepError, match="the test part was opened on"):
        finalize(place.path)


def test_a_sweep_from_python_is_checked_as_a_file_is(tone_sweep, tmp_path):
    sweep = Sweep.model_validate(tone_sweep(enqueue=[{"fit.no_such_setting": 1}]))
    with pytest.raises(SweepError, match="no_such_setting"):
        run(sweep, tmp_path / "sweep")
    assert not (tmp_path / "sweep").exists()


def test_a_sweep_from_python_takes_its_data_from_the_working_folder(tone_sweep, tones, tmp_path, monkeypatch):
    monkeypatch.chdir(tones.parent)
    data = {"reader": "folder", "path": tones.name, "group": r"(\w+/rec\d+)"}
    run(Sweep.model_validate(tone_sweep(data=data, budget={"trials": 1})), tmp_path / "sweep", finalize=False)
    monkeypatch.chdir(tmp_path)
    assert SweepFolder(tmp_path / "sweep").sweep().data.settings()["path"] == str(tones)
    assert resume(tmp_path / "sweep", ["budget.trials=2"], finalize=False).why == "2 trials done"


def test_the_sweep_that_is_kept_says_its_defaults_too(finished):
    kept = YAML(typ="safe", pure=True).load(SweepFolder(finished.folder).sweep_file)
    assert kept["search"]["startup_trials"] == 10
    assert kept["baseline"] == {"svm": None}


def test_a_sweep_from_python_reads_back_from_its_folder(finished, tones):
    again = SweepFolder(finished.folder).sweep()
    assert again.name == "tones"
    assert again.data.settings()["path"] == str(tones)
    assert State.COMPLETE in {row.state for row in finished.board.rows}


def test_a_trial_says_what_it_got_wrong(finished):
    text = trial_text(finished.folder, finished.board.best.number, mistakes=True)
    lines = text.splitlines()
    assert any(line.split() == ["class", "clips", "told", "precision", "recall", "F1"] for line in lines)
    assert "clips of its folds are wrong" in text
    assert "groups by accuracy, the worst first:" in text
    assert "no mistakes" in text or "worst mistakes, the worst first:" in text


def test_the_folder_remembers_how_the_network_heard_its_clips(finished):
    recorded = Recorded.of(SweepFolder(finished.folder))
    split = json.loads((finished.folder / "split.json").read_text())
    assert recorded.length == Artifact.load(finished.folder / "best").length
    assert recorded.sealed == set(split["test"])
    assert [clip.path for clip in recorded.clips] == [clip["path"] for clip in split["clips"]]
    assert not recorded.vectors
