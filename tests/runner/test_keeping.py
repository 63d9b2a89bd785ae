"""The best keep their final states, nobody who needs a checkpoint loses it, and the folder stays within its limit."""

from __future__ import annotations

import pytest

from sinesweep.continuing import Wish
from sinesweep.errors import SweepFailed
from sinesweep.study import Study
from sinesweep.sweepfile import check_document
from sinesweep.trial import Result, State
from sinesweep_runner import board_of, run
from sinesweep_runner.keeping import Keeper, superfluous
from sinesweep_runner.training.progress import CHECKPOINTS

RANKED = [(4, 10), (1, 20), (3, 30), (2, 40)]


@pytest.mark.parametrize(
    ("most", "excess_bytes", "needed", "gone"),
    [
        (9, 0, (), []),
        (2, 0, (), [2, 3]),
        (0, 0, (), [2, 3, 1, 4]),
        (9, 1, (), [2]),
        (9, 71, (), [2, 3, 1]),
        (3, 41, (), [2, 3]),
        (9, 1000, (), [2, 3, 1, 4]),
        (9, 61, (), [2, 3]),
        (1, 0, (2,), [3, 1]),
        (9, 1000, (2, 4), [3, 1]),
    ],
)
def test_the_worst_go_first_and_those_that_others_need_stay(most, excess_bytes, needed, gone):
    assert superfluous(RANKED, most, excess_bytes, needed) == gone


def test_one_that_is_too_large_leaves_its_room_to_others():
    assert superfluous([(3, 90), (4, 10), (2, 20), (1, 30)], 9, 110, ()) == [1, 3]


class Desk:
    """A study and its folder, without workers: trials end as they are told, and leave files of 1,000 bytes."""

    def __init__(self, folder, document, **budget):
        self.folder = folder
        self._sweep = check_document(document | {"budget": {"trials": 20, **budget}})
        self.study = Study(self._sweep, str(folder / "study.journal"))
        self.said = []
        self.keeper = Keeper(folder, self._sweep, self.study.record, self.said.append)
        (folder / CHECKPOINTS).mkdir()

    def begin(self):
        trial = self.study.ask()
        self._write(f"{trial.origin:05d}.npz")
        return trial

    def end(self, trial, value, state=State.COMPLETE, final_bytes=1000):
        if state is State.COMPLETE:
            self._write(f"{trial.origin:05d}.fold0.npz", final_bytes)
        result = Result(trial, state, value=value)
        self.study.tell(result)
        self.keeper.ended(result)

    def files(self):
        return sorted(file.name for file in (self.folder / CHECKPOINTS).iterdir())

    def later(self):
        """Another driver, after this one has died."""
        study = Study(self._sweep, str(self.folder / "study.journal"), resume=True)
        return Keeper(self.folder, self._sweep, study.record, self.said.append)

    def _write(self, name, size=1000):
        (self.folder / CHECKPOINTS / name).write_bytes(bytes(size))


def test_final_states_of_losers_go_as_better_ones_come(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=2)
    for value in (0.5, 0.7, 0.6, 0.1, 0.9):
        desk.end(desk.begin(), value)
    assert desk.files() == ["00002.fold0.npz", "00005.fold0.npz"]


def test_a_trial_that_was_continued_goes_before_all_that_nobody_stands_for(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=2)
    for value in (0.9, 0.5):
        desk.end(desk.begin(), value)
    desk.study.wish([Wish(1, 9)])
    desk.end(desk.begin(), 0.4)
    assert desk.files() == ["00002.fold0.npz", "00003.fold0.npz"]


def test_who_runs_waits_or_is_paused_keeps_its_checkpoint(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=0)
    for value, state in ((0.5, State.PAUSED), (0.5, State.PRUNED), (None, State.FAILED), (None, State.INTERRUPTED)):
        desk.end(desk.begin(), value, state)
    assert desk.files() == ["00001.npz", "00004.npz"]
    again, running, ended = desk.begin(), desk.begin(), desk.begin()
    desk.end(ended, 0.9)
    assert (again.origin, running.origin) == (4, 6)
    assert desk.files() == ["00001.npz", "00004.npz", "00006.npz"]


def test_what_a_dead_driver_left_behind_is_removed(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=1)
    for value in (0.5, 0.7):
        trial = desk.begin()
        desk.end(trial, value)
    desk.begin()
    for name in ("00001.npz", "00001.fold0.npz", "00002.npz", ".00003.npz.77.half"):
        (tmp_path / CHECKPOINTS / name).write_bytes(bytes(10))
    desk.later()
    assert desk.files() == ["00002.fold0.npz", "00003.npz"]


def test_a_full_folder_loses_final_states_and_then_the_sweep_stops_with_the_way_out(tone_sweep, tmp_path):
    (tmp_path / "predictions").mkdir()
    desk = Desk(tmp_path, tone_sweep(), disk_gb=1e-4)
    for value in (0.5, 0.7, 0.6):
        desk.end(desk.begin(), value)
    assert len(desk.files()) == 3
    (tmp_path / "predictions" / "00001.npz").write_bytes(bytes(int(1e5 - 19e3)))
    trial = desk.begin()
    (tmp_path / "predictions" / "00002.npz").write_bytes(bytes(90_000))
    with pytest.raises(SweepFailed, match=r"more than budget.disk_gb, 0.0001, .* --set budget.disk_gb="):
        desk.end(trial, 0.8)
    assert desk.files() == []
    assert (tmp_path / "predictions" / "00001.npz").exists()
    with pytest.raises(SweepFailed, match=r"more than budget.disk_gb"):
        desk.later()


def test_who_lost_its_final_state_takes_the_place_of_nobody(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=1)
    desk.end(desk.begin(), 0.9)
    (tmp_path / CHECKPOINTS / "00001.fold0.npz").unlink()
    desk.later()
    desk.end(desk.begin(), 0.5)
    assert desk.files() == ["00002.fold0.npz"]


def test_what_had_no_room_is_told_with_what_is_kept_and_not_twice(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), disk_gb=5e-4)
    desk.end(desk.begin(), 0.5)
    assert desk.said == []
    for value in (0.9, 0.8):
        desk.end(desk.begin(), value, final_bytes=500_000)
    assert desk.files() == ["00001.fold0.npz"]
    assert desk.said == [
        "budget.disk_gb, 0.0005, has no room for the final states of trial 2, so these cannot be continued; those of"
        " trial 1 are kept."
    ]


def test_what_goes_because_better_ones_came_is_not_told(tone_sweep, tmp_path):
    desk = Desk(tmp_path, tone_sweep(), keep_checkpoints=1, disk_gb=1)
    for value in (0.5, 0.7):
        desk.end(desk.begin(), value)
    assert (desk.files(), desk.said) == (["00002.fold0.npz"], [])


def test_a_sweep_keeps_every_fold_of_its_best_and_goes_on_with_more_disk(tone_sweep, tmp_path, sinesweep):
    document = tone_sweep(split={"test": 0.2, "folds": 2}, budget={"trials": 3, "keep_checkpoints": 1, "disk_gb": 1e-5})
    with pytest.raises(SweepFailed, match=r"budget.disk_gb"):
        run(check_document(document), tmp_path / "sweep", finalize=False)
    said = sinesweep("resume", tmp_path / "sweep", "--set", "budget.disk_gb=1", "--no-finalize")
    assert said.code == 0
    best = board_of(tmp_path / "sweep").best.number
    files = sorted(file.name for file in (tmp_path / "sweep" / CHECKPOINTS).iterdir())
    assert files == [f"{best:05d}.fold0.npz", f"{best:05d}.fold1.npz"]
    assert len(list((tmp_path / "sweep" / "predictions").iterdir())) == 4


def test_a_sweep_whose_final_states_have_no_room_says_so_and_comes_to_its_end(tone_sweep, tmp_path, capfd):
    large = {"mlp": {"layers": 1, "units": 512, "norm": "batch"}}
    document = tone_sweep(
        architectures=large, budget={"trials": 2, "disk_gb": 3e-4}, finalists={"trials": 0}, workers={"count": 1}
    )
    run(check_document(document), tmp_path / "sweep", finalize=False)
    told = "no room for the final states of trial 1, so these cannot be continued; none is kept."
    assert capfd.readouterr().err.count(told) == 1
    assert list((tmp_path / "sweep" / CHECKPOINTS).iterdir()) == []
