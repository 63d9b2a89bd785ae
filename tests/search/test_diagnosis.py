"""Diagnosis: the shapes that learning curves take, each by its name, with advice in the trial's own settings."""

import math
from dataclasses import replace

import pytest

from sinesweep import report
from sinesweep.curves import Curves
from sinesweep.diagnosis import DiagnosisKind, diagnose
from sinesweep.metrics import metric
from sinesweep.trial import Cause, Failure, FoldScore, Result, State, Trial

EPOCHS = 20
METRICS = {"accuracy": 0.5}
CONFIG = {
    "features": {"name": "log_mel"},
    "architecture": {"name": "cnn", "dropout": 0.1, "l2": 0.0},
    "loss": {"name": "cross_entropy"},
    "augmentations": [],
    "fit": {"epochs": EPOCHS, "batch_size": 8, "learning_rate": 0.003, "patience": 0, "schedule": "constant"},
}


def falling(epoch, floor=0.1, pace=3.0):
    return floor + (2.3 - floor) * math.exp(-epoch / pace)


SHAPES = {
    DiagnosisKind.DIVERGED: (lambda e: 2.3 + 0.2 * e, lambda e: 2.3 + 0.3 * e, 0.5),
    DiagnosisKind.OVERFITTING: (lambda e: falling(e, 0.01), lambda e: falling(e, 0.5, 1) + 0.05 * e, 0.95),
    DiagnosisKind.STILL_IMPROVING: (lambda e: falling(e, 0.1, 15), lambda e: falling(e, 0.2, 15), 0.9),
    DiagnosisKind.UNDERFITTING: (lambda e: falling(e, 2.1), lambda e: falling(e, 2.15), 0.6),
    DiagnosisKind.NOISY: (falling, lambda e: falling(e, 0.5) * (1.1 if e % 2 else 0.95), 0.9),
    DiagnosisKind.SOUND: (falling, lambda e: falling(e, 0.15), 0.99),
}


def fold_of(train, valid, auc, epochs=EPOCHS):
    history = tuple({"train_loss": train(e), "valid_loss": valid(e), **METRICS, "auc": auc} for e in range(epochs))
    return FoldScore({"accuracy": 0.5}, history, epochs)


def of_older_versions(fold, scale=1.0, name="loss"):
    """The same without the validation part's own loss: another took its place, in another unit."""
    history = [{name: scale * epoch["valid_loss"], **epoch} for epoch in fold.history]
    return replace(fold, history=tuple({k: v for k, v in epoch.items() if k != "valid_loss"} for epoch in history))


def result_of(*folds, **changes):
    return replace(Result(Trial(3, CONFIG, 1), State.COMPLETE, 0.5, folds=folds, parameters=48_000), **changes)


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_has_its_name_and_its_advice(kind):
    told = diagnose(result_of(fold_of(*SHAPES[kind])), metric("accuracy"))
    assert told.kind is kind
    assert told.sentence.endswith(".")
    assert bool(told.advice) is (kind is not DiagnosisKind.SOUND)


def test_a_network_that_learns_its_clips_by_heart_overfits_though_its_validation_loss_does_not_rise():
    flat = fold_of(lambda e: falling(e, 0.01), lambda e: 1.5 + 0.8 * math.exp(-e), 0.9)
    assert diagnose(result_of(flat), metric("accuracy")).kind is DiagnosisKind.OVERFITTING


def test_what_was_learnt_within_the_first_epoch_is_no_overfitting():
    """The training loss of an epoch is the mean of it all, that of validation stands at its end."""
    train = lambda e: 0.05 + 0.01 * math.exp(-e) + (0.4 if e == 0 else 0.0)  # noqa: E731
    quick = fold_of(train, lambda e: 0.055 + 0.015 * math.exp(-e), 0.999)
    assert diagnose(result_of(quick), metric("accuracy")).kind is DiagnosisKind.SOUND


def test_a_gap_between_two_losses_that_are_next_to_nothing_is_no_overfitting():
    both = fold_of(lambda e: falling(e, 0.001, 2), lambda e: falling(e, 0.02, 2), 0.9999)
    assert diagnose(result_of(both), metric("accuracy")).kind is DiagnosisKind.SOUND


@pytest.mark.parametrize("scale", [8.37, 1e6, 1e-6])
def test_losses_in_two_units_are_never_compared(scale):
    """Histories of older versions of regression: z-scored in training, raw in validation."""
    sound = of_older_versions(fold_of(*SHAPES[DiagnosisKind.SOUND]), scale, "mean_squared_error")
    assert diagnose(result_of(sound), metric("r2")).kind is DiagnosisKind.SOUND
    over = of_older_versions(fold_of(*SHAPES[DiagnosisKind.OVERFITTING]), scale, "mean_squared_error")
    assert diagnose(result_of(over), metric("r2")).kind is DiagnosisKind.OVERFITTING


def test_a_loss_that_hardly_falls_is_no_underfitting_where_the_network_knows_nearly_everything():
    easy = fold_of(lambda e: 0.02 + 0.005 * math.exp(-e), lambda e: 0.02 + 0.005 * math.exp(-e), 0.999)
    assert diagnose(result_of(easy), metric("accuracy")).kind is DiagnosisKind.SOUND


def test_most_folds_decide_and_the_sentence_says_how_many():
    over, sound = fold_of(*SHAPES[DiagnosisKind.OVERFITTING]), fold_of(*SHAPES[DiagnosisKind.SOUND])
    told = diagnose(result_of(over, sound, over), metric("accuracy"))
    assert told.kind is DiagnosisKind.OVERFITTING
    assert "lowest in epoch 5 of 20" in told.sentence
    assert told.sentence.endswith("(2 of 3 folds).")


def test_advice_names_the_trial_s_own_settings():
    told = diagnose(result_of(fold_of(*SHAPES[DiagnosisKind.OVERFITTING])), metric("accuracy"))
    assert told.advice == (
        "Try more dropout than 0.1; more l2 than 0; augmentation, of which it has none; an earlier stop, with"
        " fit.patience above 0; a smaller network than 48 k parameters."
    )
    noisy = diagnose(result_of(fold_of(*SHAPES[DiagnosisKind.NOISY])), metric("accuracy"))
    assert noisy.advice.startswith("Try a learning rate of 0.001 instead of 0.003; a larger batch than 8;")


def test_a_loss_that_was_no_number_any_more_has_diverged():
    failed = result_of(state=State.FAILED, value=None, failure=Failure(Cause.NAN, "the loss became nan in step 3"))
    told = diagnose(failed, metric("accuracy"))
    assert told.kind is DiagnosisKind.DIVERGED
    assert "the loss became nan in step 3" in told.sentence


def test_a_pruned_trial_is_diagnosed_by_the_fold_that_was_cut_off():
    history = fold_of(*SHAPES[DiagnosisKind.UNDERFITTING]).history
    pruned = result_of(state=State.PRUNED, unfinished=history)
    assert diagnose(pruned, metric("accuracy")).kind is DiagnosisKind.UNDERFITTING


def test_regression_is_read_from_squared_errors_and_the_share_that_is_explained():
    history = [
        {"train_loss": falling(e, 0.1, 15), "mean_squared_error": 1e6 * falling(e, 0.1, 15), "r2": 0.8}
        for e in range(EPOCHS)
    ]
    result = result_of(FoldScore({"r2": 0.8}, tuple(history), EPOCHS))
    assert diagnose(result, metric("r2")).kind is DiagnosisKind.STILL_IMPROVING


def test_every_form_of_the_leaderboard_tells_it(sweep_of):
    made, over = sweep_of([2.0]), fold_of(*SHAPES[DiagnosisKind.OVERFITTING])
    made.results = [replace(made.results[0], folds=(over,))]
    board = made.board()
    assert board.best.diagnosis.kind is DiagnosisKind.OVERFITTING
    assert "By their curves: 1 overfit" in report.to_text(board, 400)
    assert board.best.diagnosis.advice in report.to_text(board, 2000)
    assert "By their curves: 1 overfit" in report.to_markdown(board)
    assert ",overfitting," in report.to_csv(board)
    assert report.from_json(report.to_json(board)) == board


def test_what_curves_do_not_tell_is_not_told():
    short = fold_of(*SHAPES[DiagnosisKind.SOUND], epochs=3)
    older = FoldScore({"accuracy": 0.5}, tuple({"loss": 1.0, "accuracy": 0.5} for _ in range(EPOCHS)), EPOCHS)
    for result in (result_of(), result_of(short), result_of(older)):
        assert diagnose(result, metric("accuracy")) is None
    assert Curves.of(()) is None
