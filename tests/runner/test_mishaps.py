"""Workers that die or hang in the midst of a trial: what a sweep of two workers makes of it."""

from __future__ import annotations

import pytest

from sinesweep.errors import SweepFailed
from sinesweep.record import Record
from sinesweep.sweepfile import check_document
from sinesweep.trial import Cause, State
from sinesweep_runner import run
from sinesweep_runner.executors import intime

pytestmark = pytest.mark.ray

KIND = "augmentations.host_plugins:Mishap.kind"
LOOPS = "hostile_plugins:LoopsInBuild"
EPOCHS = 4


@pytest.fixture(scope="module")
def swept(tones, tmp_path_factory):
    """Runs a sweep of trials with these mishaps; its results by number, and the folder of the mishaps."""

    def sweep_with(kinds, **workers):
        document = document_of(tones, kinds, workers)
        mishaps, sweep = tmp_path_factory.mktemp("mishaps"), check_document(document)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MISHAPS", str(mishaps))
            patch.setattr(intime, "LONGEST_S", 10.0)
            folder = run(sweep, tmp_path_factory.mktemp("sweeps") / "mishaps").folder
        results = Record.of(sweep, str(folder / "study.journal")).results()
        return {result.trial.number: result for result in results}, mishaps

    return sweep_with


def document_of(tones, kinds, workers):
    return {
        "name": "mishaps",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1}, LOOPS: None},
        "augmentations": {"host_plugins:Mishap": {"enabled": True}},
        "fit": {"epochs": EPOCHS, "batch_size": 16, "learning_rate": 0.003},
        "enqueue": [
            {"architecture": LOOPS} if kind == "loop" else {"architecture": "mlp", KIND: kind} for kind in kinds
        ],
        "search": {"pruner": "none"},
        "budget": {"trials": len(kinds)},
        "workers": {"count": 2, "cpus_per_trial": 0.5, **workers},
    }


@pytest.fixture(scope="module")
def ended(swept):
    """Of five trials the second one's worker dies once, the third one's hangs, and the fourth one cannot be built."""
    return swept(("none", "die", "hang", "loop", "none"), silent_minutes=0.4)[0]


@pytest.mark.slow
def test_a_trial_whose_worker_died_goes_on_from_its_last_epoch(ended):
    result = ended[2]
    assert result.state is State.COMPLETE
    assert [len(fold.history) for fold in result.folds] == [EPOCHS]
    assert result.seconds > sum(result.phases.values())  # the time before its worker died counts too


@pytest.mark.slow
def test_a_trial_that_says_nothing_is_ended_and_told_as_hung(ended):
    result = ended[3]
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.HUNG)
    assert "said nothing for workers.silent_minutes, 0.4" in result.failure.message


@pytest.mark.slow
def test_a_network_that_is_never_built_hangs_in_its_worker_and_not_in_the_driver(ended):
    result = ended[4]
    assert (result.state, result.failure.cause) == (State.FAILED, Cause.HUNG)
    assert result.failure.plugin == f"architecture '{LOOPS}'"


@pytest.mark.slow
def test_the_other_trials_are_not_disturbed(ended):
    assert [ended[number].state for number in (1, 5)] == [State.COMPLETE] * 2


def test_with_one_worker_a_trial_that_takes_too_long_is_ended(swept):
    with pytest.raises(SweepFailed, match=r"3 trials in a row .* \(hung\): it took longer than workers.trial_minutes"):
        swept(["none"] * 4, count=1, trial_minutes=1e-6)
