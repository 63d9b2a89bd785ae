"""Chaos: the driver, its workers and its Ray are killed at random; what comes out is what an undisturbed run gives."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from sinesweep.record import Record
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import State
from sinesweep_runner.outcome import board_of
from sinesweep_runner.sweepfolder import SweepFolder

pytestmark = [pytest.mark.ray, pytest.mark.slow]

COMMAND = (sys.executable, "-m", "sinesweep_runner")
TRIALS, KILLS, SEED = 60, 15, 7
PATIENCE_S = 1500

VICTIMS = {"driver": "", "worker": r"ray::Worker", "head": r"\S+/gcs_server ", "raylet": r"\S+/raylet/raylet "}
"""Whom to kill, and how its command line begins."""


@pytest.fixture
def file(write_sweep):
    """Sixty trials of one or two epochs, each of them told by its own configuration."""
    return write_sweep(
        fit={"epochs": [1, 2], "batch_size": 16, "learning_rate": {"low": 1e-4, "high": 1e-2}},
        architectures={"mlp": {"layers": 1, "units": [8, 16, 32]}},
        search={"pruner": "none", "sampler": "random", "seed": SEED},
        budget={"trials": TRIALS},
        finalists={"trials": 0},
        workers={"count": 2, "cpus_per_trial": 0.5, "retries": KILLS},
    )


def results_of(folder: Path):
    """Every trial that has ended; none before the search has begun."""
    place = SweepFolder(folder)
    if not place.sweep_file.exists() or not place.has_begun(place.sweep()):
        return []
    return Record.of(place.sweep(), place.storage(place.sweep())).results()


def family(pid: int) -> dict[int, str]:
    """A process and all that it and its children started, with their command lines."""
    children, lines = defaultdict(list), {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = int(re.search(r"PPid:\t(\d+)", status.read_text())[1])
            lines[int(status.parent.name)] = (status.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has ended meanwhile
            continue
        children[parent].append(int(status.parent.name))
    found, fresh = [pid], [pid]
    while fresh:
        fresh = [child for each in fresh for child in children[each]]
        found += fresh
    return {each: lines[each] for each in found if each in lines}


def kill_one(process: subprocess.Popen, kind: str, chance: random.Random) -> bool:
    """Kills one process of a kind without warning; False where there is none now."""
    if kind == "driver":
        process.kill()
        return True
    there = sorted(pid for pid, line in family(process.pid).items() if re.match(VICTIMS[kind], line))
    if not there:
        return False
    os.kill(chance.choice(there), signal.SIGKILL)
    return True


def run_through_chaos(file: Path, folder: Path, said: Path) -> list[str]:
    """Runs the sweep to its end, killing again and again as trials end; gives who was killed."""
    chance, until = random.Random(SEED), time.monotonic() + PATIENCE_S
    victims = chance.sample([*VICTIMS] * KILLS, KILLS)
    when = sorted(chance.sample(range(1, TRIALS - 6), KILLS))
    killed: list[str] = []
    process = begin(file, folder, said)
    try:
        while process.poll() != 0:
            assert time.monotonic() < until, said.read_text()[-2000:]
            if process.poll() is not None:
                process = begin(file, folder, said)
            done = sum(result.state is State.COMPLETE for result in results_of(folder))
            if len(killed) < KILLS and done >= when[len(killed)]:
                kind = victims[len(killed)]
                if kill_one(process, kind, chance):
                    killed.append(kind)
            time.sleep(0.2)
    finally:
        process.kill()
        process.wait()
    return killed


def begin(file: Path, folder: Path, said: Path) -> subprocess.Popen:
    """`sinesweep run`, or `resume` where the sweep has begun."""
    asked = ["resume", folder] if (folder / "sweep.yaml").exists() else ["run", file, "--out", folder]
    with said.open("a") as log:
        return subprocess.Popen([*COMMAND, *asked, "--no-finalize"], stdout=log, stderr=log)


def finished(folder: Path) -> dict[str, float]:
    """The scores of all finished trials by their configuration and chance."""
    complete = [result for result in results_of(folder) if result.state is State.COMPLETE]
    scores = {f"{result.trial.config} {result.trial.seed}": result.value for result in complete}
    assert len(scores) == len(complete), "a trial was run twice to its end"
    return scores


def test_after_fifteen_kills_the_trials_their_scores_and_the_ranking_are_those_of_an_undisturbed_run(file, tmp_path):
    undisturbed, disturbed, said = tmp_path / "undisturbed", tmp_path / "disturbed", tmp_path / "said.txt"
    subprocess.run([*COMMAND, "run", file, "--out", undisturbed, "--no-finalize"], check=True, capture_output=True)
    killed = run_through_chaos(file, disturbed, said)
    assert len(killed) == KILLS
    assert set(killed) == set(VICTIMS)
    assert len(finished(undisturbed)) == TRIALS
    assert finished(disturbed) == finished(undisturbed)
    place = SweepFolder(disturbed)
    assert Record.of(read_sweep(place.sweep_file), place.storage(place.sweep())).running == 0
    assert ranking(disturbed) == ranking(undisturbed)


def ranking(folder: Path) -> list[float]:
    """The scores in the leaderboard's order; which trial has which is compared by `finished`."""
    return [row.score for row in sorted(board_of(folder).rows, key=lambda row: row.rank)]
