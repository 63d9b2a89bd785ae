"""What a report costs: time to write and size for 100, 1,000 and 10,000 trials, and how soon a browser can use it.

    python benchmarks/report.py [--trials 100 1000 5000 10000] [--sounds] [--chromium /usr/bin/chromium]

The trials are made up: configurations drawn at random from a usual search space, 20 epochs in 2 folds. With `--sounds`
the page is as heavy as `sinesweep report` makes it: the best 100 trials are examined on 2,000 clips, and the best three
have 12 mistakes each, whose sounds and pictures of noise fill the 12 MB that they may take. A page is usable when its
table is drawn.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from sinesweep.dataset import Task
from sinesweep.diagnosis import diagnose
from sinesweep.examination import examine
from sinesweep.leaderboard import Header, Leaderboard
from sinesweep.picks import random_pick
from sinesweep.predictions import Predictions
from sinesweep.report import to_html
from sinesweep.report.story import Mistake, Story
from sinesweep.sweep import Sweep
from sinesweep.trial import FoldScore, Result, State, Trial
from sinesweep_runner.mistakes import SHOWN as MISTAKES
from sinesweep_runner.reporting import EXAMINED, SHOWN
from sinesweep_runner.sound.embedding import sound_uri
from sinesweep_runner.sound.pictures import picture_uri

EPOCHS, FOLDS, CLIPS, GROUPS, CLASSES = 20, 2, 2000, 200, tuple("abcdefghij")
NOISE_S, RATE_HZ, FRAMES, BINS = 21, 44_100, 640, 128
"""A third of a megabyte of sound and picture: 36 of them take 12 MB."""

SWEEP = Sweep.model_validate(
    {
        "name": "made up",
        "data": {"reader": "folder", "path": "."},
        "features": ["log_mel", "mfcc", "stft"],
        "architectures": ["cnn", "crnn", "mlp"],
        "augmentations": ["gain", "time_mask", "noise"],
    }
)


def story_of(trials):
    """As many trials as asked, three in four complete, the others pruned."""
    space, rng = SWEEP.space(), np.random.default_rng(0)
    results = [result_of(number, space.suggest(random_pick(rng)), rng) for number in range(1, trials + 1)]
    header = Header(
        name="made up", dataset="made up", clips=CLIPS, groups=GROUPS, classes=CLASSES, how="made up",
        objective="accuracy", seed=0, budget_trials=trials, budget_hours=None, hours=1.0, versions={},
    )  # fmt: skip
    board = Leaderboard.of(header, results, None, lambda result: None, [])
    told = {each.trial.number: diagnose(each, board.metric) for each in results}
    return Story(board, results=results, diagnoses={n: d for n, d in told.items() if d})


def result_of(number, config, rng):
    """One trial that learns more or less."""
    top, state = rng.uniform(0.2, 0.9), State.PRUNED if number % 4 == 0 else State.COMPLETE
    folds = tuple(FoldScore(history[-1], history, EPOCHS) for history in (curve(top, rng) for _ in range(FOLDS)))
    value = float(np.mean([fold.metrics["accuracy"] for fold in folds]))
    size = int(rng.integers(10_000, 900_000))
    return Result(
        Trial(number, config, number), state, value, folds[0].metrics, folds, size, float(rng.uniform(5, 90)), {}, "cpu"
    )


def curve(top, rng):
    """Accuracy and losses, epoch by epoch."""
    scores = [float(top * (1 - math.exp(-epoch / 4)) + rng.normal(0, 0.01)) for epoch in range(1, EPOCHS + 1)]
    return tuple({"accuracy": s, "macro_f1": s - 0.01, "loss": 2 - 2 * s, "train_loss": 1.8 - 2 * s} for s in scores)


def looked_at(story):
    """The same with what is known of its best trials: what they got wrong, and sounds and pictures of it."""
    rng, best = np.random.default_rng(0), [row.number for row in story.board.rows]
    return replace(
        story,
        examinations={number: examined(rng) for number in best[:EXAMINED]},
        mistakes={number: [mistake(rng) for _ in range(MISTAKES)] for number in best[:SHOWN]},
    )


def examined(rng):
    """What one trial got right and wrong of all clips."""
    targets, answers = rng.integers(len(CLASSES), size=CLIPS), rng.random((CLIPS, len(CLASSES)))
    answers[np.arange(CLIPS), targets] += rng.random(CLIPS)
    known = Predictions(np.arange(CLIPS), targets, (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32))
    return examine(known, CLASSES, Task.CLASSIFICATION, [str(clip % GROUPS) for clip in range(CLIPS)])


def mistake(rng):
    """A clip of noise: nothing is harder to compress."""
    sound = sound_uri(0.1 * rng.standard_normal(NOISE_S * RATE_HZ).astype(np.float32), RATE_HZ)
    return Mistake("noise.wav", "a", "b", 0.9, sound, picture_uri(rng.random((FRAMES, BINS))))


def usable_s(page, chromium):
    """Seconds from opening the page until its table is there, and for a click that sorts all trials."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        began = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="commit")
        tab.wait_for_selector("#count:not(:empty)")
        there = time.perf_counter() - began
        began = time.perf_counter()
        tab.click("th.seconds button")
        tab.wait_for_selector("th.seconds[aria-sort]")
        sorted_s = time.perf_counter() - began
        browser.close()
    return there, sorted_s


def main():
    """Prints a line a size."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 5000, 10_000])
    options.add_argument("--sounds", action="store_true", help="with the heavy parts of a page: mistakes to listen to")
    options.add_argument("--chromium", default="", help="the browser's program; without it none is started")
    asked = options.parse_args()
    print("trials  written in s      MB  usable after s  sorted in s")
    for trials in asked.trials:
        story = looked_at(story_of(trials)) if asked.sounds else story_of(trials)
        began = time.perf_counter()
        text = to_html(story)
        written_s = time.perf_counter() - began
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            page.write_text(text, encoding="utf-8")
            size_mb = page.stat().st_size / 1e6
            seen = " ".join(f"{each:13.2f}" for each in usable_s(page, asked.chromium)) if asked.chromium else ""
        print(f"{trials:6}  {written_s:12.2f}  {size_mb:6.2f}  {seen}")


if __name__ == "__main__":
    main()
