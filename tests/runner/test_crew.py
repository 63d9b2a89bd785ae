"""Workers that are worn out make way for fresh ones, and no slot stands idle meanwhile. Real Ray, light workers."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest
import ray

from sinesweep import registry
from sinesweep.sections import Workers
from sinesweep_runner.executors import crew as crews
from sinesweep_runner.executors.berths import Berths
from sinesweep_runner.executors.connection import QUIET
from sinesweep_runner.executors.crew import Crew
from sinesweep_runner.executors.freight import Order, Part
from sinesweep_runner.executors.seating import Device, Place
from sinesweep_runner.training.featurecache import heard

pytestmark = pytest.mark.ray

PATIENCE_S = 60


class Opener:
    """Opens the data, and does no more."""

    def open(self, *data):
        return Device()


@pytest.fixture(scope="module")
def cluster():
    ray.init("local", num_cpus=4, num_gpus=2, include_dashboard=False, **QUIET)
    yield
    ray.shutdown()


def crew_at(cpus, gpus, kinds, count=2, data=("data",), **limits):
    """A crew whose workers are, in the order of their hire, of these kinds; the last one stands for all others."""
    left = list(kinds)

    def start(options, berth):
        kind = left.pop(0) if len(left) > 1 else left[0]
        return ray.remote(kind).options(**options).remote()

    crew = Crew(Berths(cpus, gpus, start), count, Workers(**limits))
    crew.open(data)
    return crew


def crew_of(**limits):
    return at_work(crew_at(0.5, 0, [Opener], **limits))


def at_work(crew):
    """Waits until all are ready."""
    end = time.monotonic() + PATIENCE_S
    while crew.coming and time.monotonic() < end:
        ray.wait(crew.coming, timeout=1)
        assert not crew.gather()
    return crew


def serve_once(crew, worker, gigabytes=1.0):
    assert crew.serve(among=[worker]) is worker
    crew.back(worker, int(gigabytes * 1e9), 0)


def served_until_replaced(crew, worker):
    """How many trials `worker` serves until it has made way; there are two workers at every moment."""
    trials, end = 0, time.monotonic() + PATIENCE_S
    while worker in crew.idle and time.monotonic() < end:
        serve_once(crew, worker)
        trials += 1
        crew.gather()
        assert crew.size == 2
        time.sleep(0.05)
    return trials


def test_a_worker_that_has_served_long_enough_goes_on_until_its_successor_is_ready(cluster):
    crew = crew_of(recycle_trials=3)
    worker, other = crew.idle
    for _ in range(3):
        assert crew.awaited == []
        serve_once(crew, worker)
    assert crew.idle == [other, worker]
    assert (crew.size, crew.ready, len(crew.seats), len(crew.awaited), crew.coming) == (2, 2, 2, 1, [])
    assert served_until_replaced(crew, worker) > 0
    assert crew.ready == 2
    assert other in crew.idle
    crew.close()


def test_a_worker_that_is_worn_out_and_idle_goes_as_soon_as_its_successor_is_ready(cluster):
    crew = crew_of(recycle_trials=1)
    worker, other = crew.idle
    serve_once(crew, worker)
    ray.wait(crew.awaited, timeout=PATIENCE_S)
    assert not crew.gather()
    assert worker not in crew.idle
    assert other in crew.idle
    assert crew.ready == 2
    crew.close()


def test_a_worker_that_has_grown_too_much_makes_way(cluster, monkeypatch):
    monkeypatch.setattr(crews, "HANDOVER_S", -1.0)  # at once, that its last trial be known
    crew = crew_of(recycle_gb=2)
    [worker, _] = crew.idle
    for gigabytes in (1.0, 1.5, 2.5):
        serve_once(crew, worker, gigabytes)
        assert worker in crew.idle
    serve_once(crew, worker, 3.5)
    assert worker not in crew.idle
    crew.close()


def test_where_there_is_no_place_for_a_successor_the_worn_one_goes_after_a_while(cluster, monkeypatch):
    crew = at_work(crew_at(1, 2, [Opener], count=1, recycle_trials=1))  # it has both GPUs
    [worker] = crew.idle
    serve_once(crew, worker)
    crew.gather()
    assert crew.idle == [worker]
    monkeypatch.setattr(crews, "HANDOVER_S", -1.0)
    serve_once(crew, worker)
    assert (crew.idle, crew.ready, crew.size) == ([], 0, 1)
    assert len(at_work(crew).idle) == 1
    crew.close()


class OnGpu(Opener):
    """Says which GPU it was given."""

    def open(self, *data):
        return Device(os.environ["CUDA_VISIBLE_DEVICES"], 100)


def test_a_successor_starts_on_the_gpu_of_the_one_that_it_replaces_while_that_one_serves(cluster):
    crew = at_work(crew_at(0.5, 0.5, [OnGpu], count=3, recycle_trials=1))
    placed = {seat.worker: seat.device.name for seat in crew.seats}
    assert sorted(placed.values()) == ["0", "0", "1"]
    worker = next(worker for worker, gpu in placed.items() if gpu == "0")
    serve_once(crew, worker)
    assert worker in crew.idle
    ray.wait(crew.awaited, timeout=PATIENCE_S)
    crew.gather()
    assert worker not in crew.idle
    assert sorted(seat.device.name for seat in crew.seats) == ["0", "0", "1"]
    crew.close()


def test_a_worker_that_ends_has_its_place_taken_by_the_successor_that_comes_already(cluster):
    crew = crew_of(recycle_trials=1)
    worker = crew.idle[0]
    serve_once(crew, worker)
    [awaited] = crew.awaited
    crew.replace(crew.serve(among=[worker]))
    assert crew.coming == [awaited]
    assert len(at_work(crew).idle) == 2
    crew.close()


def test_a_trial_goes_to_the_worker_that_may_still_have_its_features(cluster):
    crew = crew_of()
    make = partial(registry.load, "features")
    mel, cepstra = heard(make("mel")(n_mels=40)), heard(make("mfcc")(n_mels=40))
    first, second = crew.serve(mel), crew.serve(cepstra)
    for order in ((first, second), (second, first)):
        for worker in order:
            crew.back(worker, 0, 0)
        assert crew.serve(heard(make("mfcc")(n_mels=40, normalisation="per_clip"))) is second
        assert crew.serve(mel) is first
    crew.close()


def test_one_that_does_not_grow_stays(cluster):
    crew = crew_of(recycle_gb=0.1)
    for _ in range(20):
        crew.back(crew.serve(), 10**9, 0)
    assert len(crew.idle) == 2
    crew.close()


class OnDevice(Opener):
    """Shares a device with all others."""

    def open(self, *data):
        return Device("gpu", 100)


def test_workers_that_share_a_device_are_known_by_what_they_take_of_it(cluster):
    crew = at_work(crew_at(0.5, 0, [OnDevice]))
    first = crew.serve(needed_bytes=60)
    assert sorted((seat.taken_bytes, seat.busy) for seat in crew.seats) == [(0, False), (60, True)]
    [second] = crew.idle
    assert crew.has_neighbours(second)
    assert not crew.has_neighbours(first)
    assert crew.place(40, ()).workers == (second,)
    assert crew.place(41, ()).awaited == "gpu"
    assert crew.back(first, 0, 30) == 30
    assert sorted((seat.taken_bytes, seat.busy) for seat in crew.seats) == [(0, False), (30, False)]
    for peak, measured in ((30, 0), (50, 50)):  # a second trial that takes no more than the first tells nothing
        assert crew.serve(among=[first], needed_bytes=10) is first
        assert crew.back(first, 0, peak) == measured
    crew.close()


def test_a_worker_that_keeps_what_another_needs_makes_way_for_a_fresh_one(cluster):
    crew = at_work(crew_at(0.5, 0, [OnDevice]))
    workers = list(crew.idle)
    for worker in workers:
        crew.serve(among=[worker])
    for worker in workers:
        crew.back(worker, 0, 30)
    assert crew.place(70, ()).workers == tuple(workers)
    assert crew.place(71, ()).outgoing == (workers[1],)
    assert crew.place(100, ()).workers == (workers[0],)
    assert sorted((seat.taken_bytes, seat.busy) for seat in crew.seats) == [(0, True), (30, False)]
    at_work(crew)
    assert [seat.taken_bytes for seat in crew.seats] == [30, 0]
    crew.close()


def test_a_trial_waits_for_the_successor_of_the_only_worker_that_has_room_but_not_for_ever(cluster, monkeypatch):
    crew = at_work(crew_at(0.5, 0, [OnDevice], count=1))
    crew.replace(crew.serve())
    assert crew.place(70, ()) == Place(awaited="gpu")
    monkeypatch.setattr("sinesweep_runner.executors.service.SOON_S", 0.0)
    assert crew.place(70, ()) == Place()
    crew.close()


class FarAway(Opener):
    """Sees nothing of the driver's, and asks for a file in two orders."""

    def open(self, path):
        self._parts = [Part(path, 0, 4), Part(path, 4)]
        self._came = b""
        return Order((self._parts.pop(0),))

    def receive(self, contents):
        self._came += contents[0]
        if self._parts:
            return Order((self._parts.pop(0),))
        return Device() if self._came == b"sound of the driver" else f"it was sent {self._came!r}"


def test_one_that_is_far_away_is_sent_all_that_it_asks_for_and_then_is_ready(cluster, tmp_path):
    (tmp_path / "entry").write_bytes(b"sound of the driver")
    began = time.monotonic()
    crew = at_work(crew_at(0.5, 0, [FarAway], data=(str(tmp_path / "entry"),), recycle_trials=1))
    assert len(crew.idle) == 2
    assert crew.sent > began
    worker = crew.idle[0]
    serve_once(crew, worker)
    served_until_replaced(crew, worker)
    assert worker not in crew.idle  # its successor, too, was sent all
    assert crew.ready == 2
    crew.close()


class Stillborn(Opener):
    """Ends its process when it is given the data."""

    def open(self, *data):
        os._exit(1)


class Unfit(Opener):
    """Says that it cannot work with the data."""

    def open(self, *data):
        return "it has Keras 2"


@pytest.mark.parametrize("kind", [Stillborn, Unfit])
def test_a_successor_that_is_of_no_use_is_let_go_and_the_worn_one_serves_on(cluster, kind):
    crew = at_work(crew_at(0.5, 0, [Opener, kind, Opener], count=1, recycle_trials=2))
    worker = crew.idle[0]
    for _ in range(2):
        serve_once(crew, worker)
    ray.wait(crew.awaited, timeout=PATIENCE_S)
    assert crew.gather() == []
    assert (crew.idle, crew.size, crew.awaited) == ([worker], 1, [])
    serve_once(crew, worker)
    assert crew.awaited == []
    serve_once(crew, worker)
    assert len(crew.awaited) == 1
    crew.close()


@pytest.mark.parametrize(("kind", "reason"), [(Stillborn, "workers in a row could not start"), (Unfit, "has Keras 2")])
def test_those_that_never_become_ready_are_let_go_and_it_is_said_why(cluster, kind, reason):
    crew, faults, end = crew_at(0.5, 0, [kind], count=1), [], time.monotonic() + PATIENCE_S
    while crew.coming and time.monotonic() < end:
        ray.wait(crew.coming, timeout=1)
        faults += crew.gather()
    assert len(faults) == 1
    assert reason in faults[0]
    assert crew.size == 0
