"""A scout is sent out for the trial that comes next, and done without where it fails. Real Ray, light processes."""

from __future__ import annotations

import os
import time

import pytest
import ray

from sinesweep_runner.executors.connection import QUIET
from sinesweep_runner.executors.scout import Scout

pytestmark = pytest.mark.ray

PATIENCE_S = 60


def until(true):
    """Waits for it."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


class Told:
    """Remembers which trials it was sent out for, and goes wrong as it is told."""

    def open(self, *data):
        self._data, self._trials = data, []

    def prepare(self, trial):
        self._trials.append(trial)
        if trial == "dies":
            os._exit(1)
        if trial == "hangs":
            time.sleep(1000)

    def trials(self):
        return *self._data, *self._trials


@pytest.fixture(scope="module")
def cluster():
    ray.init("local", num_cpus=2, include_dashboard=False, **QUIET)
    yield
    ray.shutdown()


@pytest.fixture
def scout(cluster):
    hired = []

    def hire():
        hired.append(ray.remote(Told).options(num_cpus=0).remote())
        return hired[-1]

    sent = Scout(hire, PATIENCE_S)
    sent.open(("data",))
    sent.hired = hired
    yield sent
    sent.close()


def free_again(scout):
    """Waits until it is free, and lets it set out for what was noted meanwhile."""
    ray.wait([scout._busy], timeout=PATIENCE_S)
    scout.tend()


def test_no_process_is_started_before_a_trial_is_to_be_prepared(scout):
    scout.tend()
    assert scout.hired == []
    scout.note("first")
    scout.tend()
    free_again(scout)
    assert len(scout.hired) == 1


def test_of_the_trials_that_are_noted_while_it_is_busy_the_last_is_prepared(scout):
    for trial in ("first", "second", "third"):
        scout.note(trial)
        scout.tend()
    free_again(scout)
    free_again(scout)
    assert ray.get(scout.hired[0].trials.remote()) in [("data", "first", "third"), ("data", "first", "second", "third")]


@pytest.mark.parametrize("fault", ["dies", "hangs"])
def test_one_that_fails_is_done_without(scout, fault):
    scout.note(fault)
    scout.tend()
    if fault == "hangs":
        scout._patience_s = 0.0
    until(lambda: scout.tend() or scout.lost)
    scout.note("next")
    scout.tend()
    assert len(scout.hired) == 1
    with pytest.raises(ray.exceptions.RayActorError):
        ray.get(scout.hired[0].trials.remote(), timeout=PATIENCE_S)
