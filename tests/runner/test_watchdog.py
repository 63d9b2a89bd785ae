"""The watchdog interrupts a trial that hangs in this process, and knows what to do where it cannot."""

from __future__ import annotations

import importlib
import signal
import threading
import time

import pytest

from sinesweep.sections import Workers
from sinesweep.trial import Report
from sinesweep_runner.executors import watchdog
from sinesweep_runner.executors.watchdog import Watchdog
from sinesweep_runner.training.failures import Overdue, Silent

SOON = 1e-3
"""Minutes."""

REPORT = Report(1, 0, 1, {"accuracy": 0.5})


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(watchdog, "TICK_S", 0.02)


@pytest.fixture
def told():
    """What was marked, and what the last resort was called with."""
    return []


@pytest.fixture
def watched(told):
    def make(**limits):
        return Watchdog(
            Workers(**limits), lambda why: told.append(("mark", why)), lambda why: told.append(("end", why))
        )

    return make


@pytest.fixture
def _no_grace(monkeypatch):
    monkeypatch.setattr(watchdog, "GRACE_S", 0.1)


def loop():
    while True:
        pass


@pytest.mark.parametrize(
    "hang", [loop, lambda: time.sleep(3600), threading.Event().wait], ids=["loop", "sleep", "lock"]
)
def test_a_silent_trial_is_interrupted_where_python_runs_or_waits(watched, told, hang):
    with (
        pytest.raises(Silent, match=r"it said nothing for workers.silent_minutes, 0\.001"),
        watched(silent_minutes=SOON).watching(),
    ):
        hang()
    assert told == []


def test_a_trial_that_takes_too_long_is_interrupted_in_the_midst_of_an_epoch(watched):
    with (
        pytest.raises(Overdue, match=r"longer than workers.trial_minutes, 0\.001; .*`--set workers.trial_minutes=…`"),
        watched(trial_minutes=SOON).watching(),
    ):
        loop()


def test_an_import_is_not_broken_off(watched, tmp_path, monkeypatch):
    """Half a module would stay behind, and whatever needs it would fail from then on."""
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.5)\nwhole = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    imported = []

    def work():
        imported.append(importlib.import_module("slow_to_import").whole)
        loop()

    with pytest.raises(Overdue), watched(trial_minutes=SOON).watching():
        work()
    assert imported == [True]


def test_a_report_that_comes_too_late_ends_the_trial_too(watched):
    watch = watched(trial_minutes=1e-9)
    with pytest.raises(Overdue):
        watch.answering(lambda report: True)(REPORT)


def test_nobody_is_interrupted_while_a_report_is_answered(watched):
    """A study that is being written is not a trial that hangs."""
    watch = watched(silent_minutes=SOON)

    def slow(report):
        time.sleep(0.3)
        return False

    with watch.watching():
        assert watch.answering(slow)(REPORT) is False


@pytest.mark.usefixtures("_no_grace")
def test_one_that_does_not_let_itself_be_interrupted_is_marked_and_given_up(watched, told):
    with watched(silent_minutes=SOON).watching():
        while len(told) < 2:
            try:
                time.sleep(0.01)
            except Silent:
                continue
    why = "it said nothing for workers.silent_minutes, 0.001, and could not be interrupted"
    assert told == [("mark", why), ("end", why)]


@pytest.mark.usefixtures("_no_grace")
def test_a_trial_in_another_thread_is_not_interrupted_but_given_up(watched, told):
    def hang():
        with watched(silent_minutes=SOON).watching():
            while len(told) < 2:
                time.sleep(0.01)

    thread = threading.Thread(target=hang)
    thread.start()
    thread.join()
    assert [what for what, _ in told] == ["mark", "end"]


def test_nothing_is_left_of_it_when_the_trial_has_ended(watched):
    before, threads = signal.getsignal(signal.SIGALRM), threading.active_count()
    with watched(silent_minutes=60).watching():
        assert signal.getsignal(signal.SIGALRM) is not before
    assert signal.getsignal(signal.SIGALRM) is before
    assert threading.active_count() == threads


def test_nobody_is_interrupted_where_python_would_swallow_it_but_soon_after(watched):
    class Dying:
        def __del__(self):
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                pass
            outlived.append(True)

    def dispose_and_hang():
        Dying()  # nobody keeps it
        loop()

    outlived = []
    with pytest.raises(Silent), watched(silent_minutes=SOON).watching():
        dispose_and_hang()
    assert outlived == [True]
