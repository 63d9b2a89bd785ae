"""Machines of a cluster that see none of the driver's folders: the sound is sent there once, and all that trials write
comes home. A machine of that kind is simulated by a node whose processes find those folders empty."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import ray

from sinesweep import predictions
from sinesweep.errors import DatasetError, SweepError, SweepFailed
from sinesweep.record import Record
from sinesweep.sections import Workers
from sinesweep.split import Fold
from sinesweep.trial import Report, Result, State, Trial
from sinesweep_runner import run
from sinesweep_runner.executors import crew, freight
from sinesweep_runner.executors import ray as executor
from sinesweep_runner.executors.freight import Home, Parcel, packed, unpacked
from sinesweep_runner.executors.outpost import Outpost, fetch
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.placement import Plan
from sinesweep_runner.sound.waveforms import WaveformStore
from sinesweep_runner.training.progress import read_by
from sinesweep_runner.watch import Watch

EPOCHS = 40
LIMIT_BYTES = 10**9
HIDE = 'for hidden in $HIDDEN; do mount -t tmpfs none "$hidden" || exit 1; done; exec "$0" "$@"'


def carried_out(errand, served=None):
    """Does an errand with all that it orders, and notes the orders; what it comes to."""
    contents = None
    while True:
        try:
            order = errand.send(contents)
        except StopIteration as end:
            return end.value
        if served is not None:
            served.append(order)
        contents = packed(order)


@pytest.fixture
def entries(tmp_path):
    """Five entries of the driver's, the third of them as long as many."""
    folder = tmp_path / "driver"
    folder.mkdir()
    for number, values in enumerate((10, 20, 5000, 0, 30)):
        np.save(folder / f"{number}.npy", np.arange(values, dtype=np.float32))
    return {str(file): file.stat().st_size for file in sorted(folder.iterdir())}


def store_in(folder, limit_bytes=LIMIT_BYTES):
    return WaveformStore(folder / "store", limit_bytes)


def there(store, entries):
    """Whether a store holds exactly what the driver does."""
    return all(store.place(Path(path).name).read_bytes() == Path(path).read_bytes() for path in entries)


def test_entries_come_whole_in_pieces_of_a_bounded_size(entries, tmp_path, monkeypatch):
    monkeypatch.setattr(freight, "PIECE_BYTES", 1000)
    orders, store = [], store_in(tmp_path)
    carried_out(fetch(store, entries), orders)
    sizes = [sum(part.size for part in order.parts) for order in orders]
    assert set(sizes[:-1]) == {1000}
    assert sum(sizes) == sum(entries.values())
    assert there(store, entries)
    carried_out(fetch(store, entries), again := [])
    assert again == []


def test_an_entry_that_came_in_half_is_never_used_and_comes_anew(entries, tmp_path, monkeypatch):
    monkeypatch.setattr(freight, "PIECE_BYTES", 1000)
    store, orders = store_in(tmp_path), []
    broken = fetch(store, entries)
    order = next(broken)
    for _ in range(5):  # the first two entries, and some of the third
        order = broken.send(packed(order))
    broken.close()
    third = sorted(entries)[2]
    assert not store.place(Path(third).name).exists()
    carried_out(fetch(store_in(tmp_path), entries), orders)
    assert {part.path for order in orders for part in order.parts} == set(sorted(entries)[2:])
    assert there(store, entries)


def test_several_workers_of_a_machine_fetch_every_entry_once(entries, tmp_path):
    orders: list = []
    workers = [Thread(target=carried_out, args=(fetch(store_in(tmp_path), entries), orders)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(part.path for order in orders for part in order.parts) == dict.fromkeys(entries, 1)
    assert there(store_in(tmp_path), entries)


def test_a_store_that_may_hold_less_is_an_error_before_anything_is_sent(entries, tmp_path):
    orders: list = []
    with pytest.raises(DatasetError, match=r"may hold 5,000\. Set SINESWEEP_CACHE_GB="):
        carried_out(fetch(store_in(tmp_path, 5000), entries), orders)
    assert orders == []


def test_an_entry_that_the_driver_has_lost_meanwhile_is_an_error(entries, tmp_path):
    Path(sorted(entries)[1]).unlink()
    with pytest.raises(SweepFailed, match=r"1\.npy has gone from the waveform store"):
        carried_out(fetch(store_in(tmp_path), entries))


def test_another_folder_of_the_same_path_is_no_folder_of_the_sweep(make_material, tmp_path):
    (tmp_path / ".lock").write_text("ann on mars")
    home = Home.of(tmp_path, make_material(), alone=False)
    assert home.folder_is_seen()
    (tmp_path / ".lock").write_text("bob on venus")
    assert not home.folder_is_seen()


def test_sealed_clips_stay_at_home(make_material, tmp_path):
    material = replace(make_material(clips=6), folds=(Fold(train=(0, 1, 4), valid=(3,)),))
    assert set(Home.of(tmp_path, material, alone=False).entries) == {material.waveforms[clip] for clip in (0, 1, 3, 4)}


def test_what_a_trial_writes_far_away_comes_home_once_and_a_checkpoint_goes_with_it(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "00004.npz").write_bytes(b"epoch 3")
    outpost, trial = Outpost(tmp_path), Trial(9, {}, 0, first=4)
    there = carried_out(outpost.begin(read_by(trial, folds=2)))
    assert (there / "checkpoints" / "00004.npz").read_bytes() == b"epoch 3"
    report, parting = Report(9, 0, 4, {}), Parting(Result(trial, State.COMPLETE), memory_bytes=0, device_peak_bytes=0)
    assert outpost.parcel(report).files == {}
    (there / "checkpoints" / "new").write_bytes(b"epoch 4")
    (there / "checkpoints" / "new").replace(there / "checkpoints" / "00004.npz")
    assert unpacked(outpost.parcel(report), tmp_path) is report
    assert (tmp_path / "checkpoints" / "00004.npz").read_bytes() == b"epoch 4"
    (there / "predictions").mkdir()
    (there / "predictions" / "00009.npz").write_bytes(b"answers")
    assert unpacked(last := outpost.parcel(parting), tmp_path) is parting
    assert last.files == {"predictions/00009.npz": b"answers"}
    assert not there.exists()


def test_a_trial_that_continues_another_is_given_how_each_of_its_folds_ended():
    names = [f"checkpoints/{name}.npz" for name in ("00009", "00004.fold0", "00004.fold1")]
    assert read_by(Trial(9, {}, 0, continues=4), folds=2) == names


@pytest.fixture
def far(nodes, tmp_path, monkeypatch):
    """Adds nodes whose processes find folders empty, and have a cache of their own."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("only root on Linux can hide folders from a node (unshare -m)")
    start = ray._private.services.start_ray_process

    def add(hidden, cpus=1, cache="far", **variables):
        def start_blind(command, kind, *rest, **more):
            blind = ["unshare", "-m", "sh", "-c", HIDE] if kind == "raylet" else []
            return start([*blind, *command], kind, *rest, **more)

        places = {"HIDDEN": " ".join(map(str, hidden)), "SINESWEEP_CACHE": str(tmp_path / cache)}
        with monkeypatch.context() as patch:
            patch.setattr(ray._private.services, "start_ray_process", start_blind)
            return nodes.add(cpus=cpus, env_vars=places | variables)

    return add


@pytest.fixture
def freight_seen(monkeypatch):
    """What was sent to workers while they came, path by path, and the trials whose words came in parcels."""
    sent, far_trials = Counter(), set()

    def send(order):
        sent.update(part.path for part in order.parts)
        return packed(order)

    def take(said, folder):
        if isinstance(said, Parcel):
            event = said.event
            far_trials.add(event.result.trial.number if isinstance(event, Parting) else event.number)
        return unpacked(said, folder)

    monkeypatch.setattr(crew, "packed", send)
    monkeypatch.setattr(executor, "unpacked", take)
    return sent, far_trials


def hidden_places(folder, tones):
    """The folders of the driver, none of which a far machine sees."""
    folder.mkdir()
    return folder, tones, os.environ["SINESWEEP_CACHE"]


def results_of(sweep, folder):
    return {result.trial.number: result for result in Record.of(sweep, str(folder / "study.journal")).results()}


@pytest.mark.ray
@pytest.mark.slow
def test_a_sweep_with_far_machines_comes_to_what_it_comes_to_on_one(
    nodes, far, freight_seen, cluster_sweep, tones, tmp_path
):
    far(hidden_places(tmp_path / "home", tones), cpus=2)
    sweep = cluster_sweep(nodes.address, trials=12, epochs=6, count=3)
    outcome = run(sweep, tmp_path / "home" / "sweep")
    alone = sweep.model_copy(update={"workers": Workers(count=1)})
    run(alone, tmp_path / "alone", finalize=False)
    results, expected = results_of(sweep, outcome.folder), results_of(alone, tmp_path / "alone")
    sent, far_trials = freight_seen
    assert 0 < len(far_trials) < 12
    assert [r.trial.config for r in results.values()] == [r.trial.config for r in expected.values()]
    for number, result in results.items():
        assert result.value == pytest.approx(expected[number].value, abs=1e-6)
        stored = predictions.load(outcome.folder / result.predictions)
        assert len(stored.clips) == len(predictions.load(tmp_path / "alone" / result.predictions).clips)
    assert set(sent.values()) == {1}
    assert (outcome.folder / "best" / "model.keras").exists()


@pytest.mark.ray
@pytest.mark.slow
def test_a_trial_on_a_far_machine_that_is_gone_goes_on_from_what_came_home(
    nodes, far, freight_seen, cluster_sweep, at_report, tones, tmp_path, monkeypatch, capfd
):
    hidden, epochs, reported = hidden_places(tmp_path / "home", tones), [], Watch.reported
    monkeypatch.setattr(Watch, "reported", lambda watch, report: (epochs.append(report.epoch), reported(watch, report)))
    first = far(hidden, cpus=2)
    at_report({20: lambda: (nodes.remove(first), far(hidden, cpus=2))})
    sweep = cluster_sweep(nodes.address, trials=1, epochs=EPOCHS, count=1, cpus_per_trial=2)
    folder = run(sweep, tmp_path / "home" / "sweep", finalize=False).folder
    [result] = [each for each in results_of(sweep, folder).values() if each.state is State.COMPLETE]
    [begun_again] = [after for before, after in itertools.pairwise(epochs) if after != before + 1]
    assert begun_again >= 19
    assert [len(fold.history) for fold in result.folds] == [EPOCHS]
    assert "It goes on from its last epoch (1 of 2 times)" in capfd.readouterr().err
    sent, _ = freight_seen
    assert set(sent.values()) == {1}


@pytest.mark.ray
def test_a_far_machine_whose_store_is_too_small_is_refused_with_its_name(nodes, far, make_material, tmp_path):
    material = make_material()
    far([Path(material.waveforms[0]).parent], cpus=2, SINESWEEP_CACHE_GB="1e-6")
    workers = executor.RayExecutor(Plan(1, 2, 0), Workers(address=nodes.address, count=1, cpus_per_trial=2))
    try:
        with pytest.raises(SweepError, match=r"the machine 127.0.0.1 does not see .* may hold 1,000. Set SINESWEEP"):
            workers.open(material, tmp_path)
    finally:
        workers.close()
