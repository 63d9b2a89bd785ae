"""A trial that runs out of memory is tried once more, half a batch at a time, and comes to the same."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep import predictions
from sinesweep.fit import OPTIMIZERS, Fit
from sinesweep.record import Record
from sinesweep.sweepfile import check_document
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner import run
from sinesweep_runner.outcome import status_of, trial_text
from sinesweep_runner.training.batches import shuffled
from sinesweep_runner.training.optimizers import optimizer
from sinesweep_runner.training.train import train

PLAIN = {"architecture": {"name": "engine_plugins:HungryNet", "room": 64}}
ROOM = "architecture.engine_plugins:HungryNet.room"


@pytest.mark.parametrize(
    "fit",
    [
        {"optimizer": "sgd", "momentum": 0.0, "schedule": "constant"},
        {"optimizer": "sgd", "momentum": 0.9, "schedule": "warmup_cosine", "clipping": "global_norm"},
        {"optimizer": "adam", "schedule": "cosine"},
    ],
    ids=["plain", "schedule", "adam"],
)
def test_two_halves_of_a_batch_make_the_step_of_the_whole(make_config, make_material, tmp_path, fit):
    material, config = make_material(), make_config(**PLAIN, fit={"epochs": 3, **fit})
    whole = train(Trial(1, config, 7), material, lambda report: True, tmp_path)
    halves = train(Trial(2, config, 7, accumulate=2), material, lambda report: True, tmp_path)
    assert whole.state is halves.state is State.COMPLETE
    expected, got = (predictions.load(tmp_path / each.predictions).probabilities for each in (whole, halves))
    np.testing.assert_allclose(got, expected, atol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_the_same_step_from_the_gradients_of_two_halves(name):
    import keras

    rng = np.random.default_rng(0)
    fit = Fit(optimizer=name, learning_rate=0.1, clipping="global_norm", clip_at=0.5)
    whole, halves = (keras.Variable(np.ones((3, 2), np.float32)) for _ in range(2))
    at_once, in_parts = optimizer(fit), optimizer(fit, accumulate=2)
    for _ in range(4):
        first, second = rng.standard_normal((2, 3, 2), dtype="float32")
        at_once.apply([keras.ops.convert_to_tensor((first + second) / 2)], [whole])
        for half in (first, second):
            in_parts.apply([keras.ops.convert_to_tensor(half)], [halves])
    assert int(at_once.iterations) == int(in_parts.iterations) == 4
    np.testing.assert_allclose(halves.numpy(), whole.numpy(), atol=1e-5)


def test_a_worker_that_ray_ended_for_lack_of_memory_is_told_so(make_config):
    from ray.exceptions import OutOfMemoryError

    from sinesweep_runner.executors.wording import lost

    assert lost(Trial(1, make_config(), 7), OutOfMemoryError("killed")).failure.cause is Cause.OUT_OF_MEMORY


@pytest.mark.parametrize("examples", [24, 25, 9, 1])
def test_a_batch_is_cut_into_parts_of_one_size_and_no_example_is_left_out(examples):
    rows = np.arange(examples)
    whole, halves = shuffled(rows, 8, (1, 2)), shuffled(rows, 8, (1, 2), accumulate=2)
    assert len(halves) == 2 * len(whole)
    assert halves.shape[1] == -(-whole.shape[1] // 2)
    assert set(halves.ravel()) == set(rows)
    if whole.size == halves.size:
        np.testing.assert_array_equal(halves.reshape(whole.shape), whole)


def test_a_checkpoint_of_whole_batches_is_not_gone_on_with_in_halves(make_config, make_material, tmp_path):
    def stop(report):
        if report.epoch == 3:
            raise KeyboardInterrupt
        return True

    material, config, told = make_material(folds=1), make_config(**PLAIN), []
    with pytest.raises(KeyboardInterrupt):
        train(Trial(3, config, 7), material, stop, tmp_path)
    result = train(Trial(3, config, 7, accumulate=2), material, lambda report: told.append(report) or True, tmp_path)
    assert result.state is State.COMPLETE
    assert [report.epoch for report in told] == [1, 2, 3, 4]


def document_of(tones, rooms, fault, **workers):
    return {
        "name": "hungry",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"engine_plugins:HungryNet": {"room": [2, 4, 64], "fault": fault}},
        "fit": {"epochs": 2, "batch_size": 8, "learning_rate": 0.003},
        "enqueue": [{ROOM: room} for room in rooms],
        "split": {"test": 0},
        "search": {"pruner": "none"},
        "budget": {"trials": len(rooms)},
        "workers": workers,
    }


@pytest.mark.parametrize("fault", ["device", "host"])
def test_a_sweep_tries_a_trial_again_in_halves_and_tells_the_sampler_only_then(tones, tmp_path, capfd, fault):
    sweep = check_document(document_of(tones, (64, 4, 2), fault, count=1))
    outcome = run(sweep, tmp_path / "sweep")
    results = Record.of(sweep, str(tmp_path / "sweep" / "study.journal")).results()
    assert [result.state for result in results] == [State.COMPLETE, State.COMPLETE, State.FAILED]
    assert [result.trial.accumulate for result in results] == [1, 2, 2]
    assert results[2].failure.cause is Cause.OUT_OF_MEMORY
    assert capfd.readouterr().err.count("ran out of memory. It is tried once more, half a batch at a time") == 2
    assert (outcome.folder / "best" / "model.keras").exists()
    status = status_of(outcome.folder)
    assert "1 × out_of_memory (tried once more in halves of a batch" in status
    assert "2 trials had another try in halves of a batch, for lack of memory." in status
    assert "in halves of a batch, after it ran out of memory" in trial_text(outcome.folder, 2)


@pytest.mark.ray
def test_workers_of_ray_try_again_too(tones, tmp_path):
    sweep = check_document(document_of(tones, (64, 4, 4, 64), "device", count=2, cpus_per_trial=0.5))
    run(sweep, tmp_path / "sweep", finalize=False)
    results = Record.of(sweep, str(tmp_path / "sweep" / "study.journal")).results()
    assert [result.state for result in results] == [State.COMPLETE] * 4
    assert [result.trial.accumulate for result in results] == [1, 2, 2, 1]


def test_a_sweep_that_gives_up_tells_the_sampler_at_once(tones, tmp_path):
    sweep = check_document(document_of(tones, (64, 4), "host", count=1, on_out_of_memory="give_up"))
    run(sweep, tmp_path / "sweep", finalize=False)
    results = Record.of(sweep, str(tmp_path / "sweep" / "study.journal")).results()
    assert [result.state for result in results] == [State.COMPLETE, State.FAILED]
    assert results[1].trial.accumulate == 1
