"""What a study was asked and told stands in a file, and a fresh study that is driven by it asks for the same trials."""

from __future__ import annotations

import itertools
import json
import random

import pytest
from optuna.trial import TrialState

from sinesweep.continuing import Wish
from sinesweep.errors import SweepError
from sinesweep.extending import extend_study
from sinesweep.recording import RecordedStudy, note, note_resume, read_events, read_order
from sinesweep.replaying import Replayed, replay
from sinesweep.storage import load_study, study_exists, study_name
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import plain
from sinesweep.trial import Cause, Failure, Report, Result, State

FIT = {"epochs": 9, "batch_size": [8, 16], "learning_rate": {"low": 1e-3, "high": 1e-2}}


def sweep_of(**changes):
    document = {
        "name": "test",
        "data": {"reader": "folder", "path": "sounds"},
        "features": {"log_mel": None},
        "architectures": {"mlp": None},
        "fit": FIT,
        **changes,
    }
    return Sweep.model_validate(document)


class Desk:
    """A sweep without workers: several trials run at once, and its driver dies when it is told to."""

    def __init__(self, folder, sweep, seed=0):
        self.folder, self.sweep = folder, sweep
        self.storage, self.events = str(folder / "study.journal"), folder / "events.jsonl"
        self._chance, self._running = random.Random(seed), {}
        self.study = RecordedStudy(sweep, self.storage, self.events)

    def work(self, steps, slots=3):
        """So many things happen, in an order that is left to chance."""
        for _ in range(steps):
            if len(self._running) < slots and (trial := self.study.ask()) is not None:
                self._running[trial.number] = [trial, 0]
            elif self._running:
                self._advance(self._chance.choice(sorted(self._running)))

    def _advance(self, number):
        trial, epoch = self._running[number]
        value = self._chance.random()
        self._running[number][1] += 1
        goes_on = self.study.keep_going(Report(number, 0, epoch + 1, {"accuracy": value}))
        paused = goes_on and trial.until == epoch + 1
        if goes_on and not paused and epoch < 4:
            return
        state = State.PAUSED if paused else State.COMPLETE if goes_on else State.PRUNED
        bad = state is State.COMPLETE and value < 0.15
        failure = Failure(Cause.NAN, "the loss became nan") if bad else None
        self.study.tell(Result(trial, State.FAILED if bad else state, value=None if bad else value, failure=failure))
        del self._running[number]

    def die(self):
        """Without a warning; another driver goes on."""
        self._running = {}
        self.study = RecordedStudy(self.sweep, self.storage, self.events, resume=True)

    def extend(self, sweep):
        note_resume(self.sweep, self.storage, self.events)
        extension = extend_study(self.sweep, sweep, self.storage)
        note(self.events, {"extend": plain(sweep), "study": study_name(extension.sweep)})
        self.sweep = extension.sweep
        self.die()

    def replayed(self):
        folder = self.folder / f"replay{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        trials = load_study(self.sweep, self.storage).get_trials(deepcopy=False)
        return replay(read_order(self.events), trials, folder)


def same(desk):
    events = read_events(desk.events)
    return Replayed(sum("ask" in event for event in events))


@pytest.mark.parametrize(
    ("sampler", "pruner"),
    [
        ("tpe", "median"),
        ("tpe", "hyperband"),
        ("tpe", "asha"),
        ("random", "asha"),
        ("qmc", "median"),
        ("nsga2", "none"),
    ],
)
def test_every_ask_of_three_workers_and_four_drivers_is_the_same_again(tmp_path, sampler, pruner):
    search = {"sampler": sampler, "pruner": pruner, "startup_trials": 3}
    desk = Desk(tmp_path, sweep_of(search=search, enqueue=[{"fit.batch_size": 8}, {"fit.batch_size": 16}]))
    for _ in range(3):
        desk.work(25)
        desk.die()
    desk.work(40)
    told = desk.replayed()
    assert told == same(desk)
    assert told.asks > 12


@pytest.mark.filterwarnings("ignore:Constraints have been set, but CmaEsSampler:UserWarning")
# One that is tried again has none of the notes that CMA-ES had left in it.
def test_every_ask_of_cma_es_is_the_same_again_where_nothing_was_interrupted(tmp_path):
    desk = Desk(tmp_path, sweep_of(search={"sampler": "cmaes", "startup_trials": 3}))
    desk.work(120)
    assert desk.replayed() == same(desk)


def test_a_grid_is_gone_through_in_the_same_order(tmp_path):
    fixed = {"features": {"waveform": None}, "architectures": {"mlp": MLP}}
    fit = {"epochs": [3, 4, 5], "batch_size": [8, 16], "learning_rate": 0.1}
    desk = Desk(tmp_path, sweep_of(**fixed, fit=fit, search={"sampler": "grid"}))
    desk.work(12)
    desk.die()
    desk.work(60)
    assert desk.replayed() == same(desk)


MLP = {"layers": 1, "units": 32, "norm": "batch", "activation": "relu", "dropout": 0.0, "l2": 0.0, "l1": 0.0}


def test_a_sweep_that_was_extended_and_continued_and_has_finalists_is_the_same_again(tmp_path):
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 3, "pruner": "none"}))
    desk.work(60)
    desk.extend(sweep_of(features={"log_mel": None, "mfcc": None}, search={"startup_trials": 3, "pruner": "none"}))
    desk.work(30)
    whole = [result.trial.origin for result in desk.study.record.results() if result.state is State.COMPLETE]
    desk.study.wish([Wish(whole[0], 20), Wish(whole[1], 20), Wish(whole[0], 9, 123), Wish(whole[1], 9, 123)])
    desk.work(40)
    desk.die()
    desk.work(20)
    assert desk.replayed() == same(desk)


def without_last_ask(lines):
    last = max(place for place, line in enumerate(lines) if line.startswith('{"ask"'))
    return lines[:last] + lines[last + 1 :]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (without_last_ask, r"tells of trial \d+ while it was not running: a line is missing"),
        (lambda lines: [*lines, '{"garbage": 1}'], "is no event that this version of Sinesweep knows"),
    ],
    ids=["missing", "unknown"],
)
def test_events_of_which_one_is_missing_or_unknown_are_told(tmp_path, damage, told):
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 3, "pruner": "none"}))
    desk.work(20, slots=1)
    desk.events.write_text("\n".join(damage(desk.events.read_text().splitlines())) + "\n")
    with pytest.raises(SweepError, match=told):
        desk.replayed()


def test_a_driver_may_die_between_any_two_writes(tmp_path):
    """The journal and the events are cut as a kill leaves them: the event after what it says has happened."""
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 2}))
    journal, cut = tmp_path / "study.journal", tmp_path / "cut"
    sizes = [(journal.stat().st_size, desk.events.stat().st_size)]
    for _ in range(9):
        desk.work(1)
        sizes.append((journal.stat().st_size, desk.events.stat().st_size))
    whole, told = journal.read_bytes(), desk.events.read_bytes()
    for (begin, noted), (end, _) in itertools.pairwise(sizes):
        ends = [begin + len(part) for part in itertools.accumulate(whole[begin:end].splitlines(keepends=True))]
        for place in ends:
            cut.mkdir()
            (cut / "study.journal").write_bytes(whole[:place])
            (cut / "events.jsonl").write_bytes(told[:noted] + b'{"as')
            again = object.__new__(Desk)
            again.folder, again.sweep, again._chance = cut, desk.sweep, random.Random(1)
            again.storage, again.events = str(cut / "study.journal"), cut / "events.jsonl"
            again.die()
            again.work(6)
            assert again.replayed().difference == ""
            cut.rename(tmp_path / f"done{place}")


def test_a_power_cut_may_end_the_journal_at_any_byte(tmp_path):
    """Within the first line, where there is no study yet, and at the beginning, middle and end of every other."""
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 2}))
    desk.work(9)
    journal, cut = (tmp_path / "study.journal").read_bytes(), tmp_path / "cut"
    starts = [0, *itertools.accumulate(map(len, journal.splitlines(keepends=True)))]
    within = [place for begin, end in itertools.pairwise(starts) for place in (begin + 1, (begin + end) // 2, end - 1)]
    for place in sorted({*range(starts[1] + 1), *within}):
        cut.mkdir()
        (cut / "study.journal").write_bytes(journal[:place])
        (cut / "events.jsonl").write_bytes(desk.events.read_bytes()[: 5 * place])
        there = study_exists(desk.sweep, str(cut / "study.journal"))
        study = RecordedStudy(desk.sweep, str(cut / "study.journal"), cut / "events.jsonl", resume=there)
        trial = study.ask()
        study.tell(Result(trial, State.COMPLETE, value=0.5, metrics={"accuracy": 0.5}))
        left = load_study(desk.sweep, str(cut / "study.journal")).get_trials(deepcopy=False)
        assert [each.state for each in left].count(TrialState.RUNNING) == 0
        cut.rename(tmp_path / f"done{place}")


def test_events_that_the_storage_has_lost_are_forgotten(tmp_path):
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 2}))
    journal = tmp_path / "study.journal"
    desk.work(20)
    size = journal.stat().st_size
    desk.work(10)
    with journal.open("r+b") as file:
        file.truncate(size - 5)
    desk.die()
    desk.work(30)
    assert desk.replayed().difference == ""


def test_the_first_difference_is_told(tmp_path):
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 2}))
    desk.work(60)
    told = [event | {"value": 0.0} if "report" in event else event for event in read_events(desk.events)]
    desk.events.write_text("".join(json.dumps(event) + "\n" for event in told if event.get("tell") != 1))
    replayed = desk.replayed()
    assert 2 <= replayed.asks < same(desk).asks
    assert replayed.difference.startswith(f"trial {replayed.asks + 1}: ")
    assert "; fit.learning_rate was 0.00" in replayed.difference


def test_a_sweep_without_events_cannot_be_replayed(tmp_path):
    desk = Desk(tmp_path, sweep_of())
    desk.work(5)
    desk.events.unlink()
    with pytest.raises(SweepError, match=r"events.jsonl is missing or empty, so the order is not known"):
        desk.replayed()
    desk.events.touch()
    with pytest.raises(SweepError, match=r"events.jsonl is missing or empty"):
        desk.replayed()


@pytest.mark.parametrize("line", ["nonsense", "5", '["ask", 7]', "", '{"ask": 7', '"\xff"'])
def test_a_line_that_is_no_event_is_told_with_its_number_and_a_way_out(tmp_path, line):
    desk = Desk(tmp_path, sweep_of())
    desk.work(5)
    lines = desk.events.read_bytes().splitlines()
    desk.events.write_bytes(b"\n".join([lines[0], line.encode("latin-1"), *lines[2:], b""]))
    for read in (desk.die, desk.replayed):
        with pytest.raises(SweepError) as told:
            read()
        assert str(told.value).startswith(f"{desk.events}, line 2: expected an event of the sweep (")
        assert f"remove it: rm {desk.events}." in str(told.value)


def test_a_sweep_goes_on_without_its_events_and_can_only_not_be_replayed(tmp_path):
    desk = Desk(tmp_path, sweep_of(search={"startup_trials": 2}))
    desk.work(20)
    desk.events.unlink()
    desk.die()
    desk.work(20)
    desk.events.unlink()
    desk.extend(sweep_of(features={"log_mel": None, "mfcc": None}))
    desk.work(20)
    assert sum(result.state is State.COMPLETE for result in desk.study.record.results()) > 2
    with pytest.raises(SweepError, match=r"events.jsonl does not tell of the sweep's beginning, so the order"):
        desk.replayed()
