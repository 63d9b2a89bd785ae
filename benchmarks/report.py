"""What a report costs: time to write and size for 100, 1,000 and 10,000 trials, and how soon a browser can use it.

    python benchmarks/report.py [--trials 100 1000 5000 10000] [--chromium /usr/bin/chromium]

The trials are made up: configurations drawn at random from a usual search space, 20 epochs in 2 folds. No sound is
embedded: that costs what `sinesweep report --trials` allows it. A page is usable when its table is drawn.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path

import numpy as np

from sinesweep.diagnosis import diagnose
from sinesweep.leaderboard import Header, Leaderboard
from sinesweep.picks import random_pick
from sinesweep.report import to_html
from sinesweep.report.story import Story
from sinesweep.sweep import Sweep
from sinesweep.trial import FoldScore, Result, State, Trial

EPOCHS, FOLDS = 20, 2
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
        name="made up", dataset="made up", clips=2000, groups=200, classes=tuple("abcdefghij"), how="made up",
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
    options.add_argument("--chromium", default="", help="the browser's program; without it none is started")
    asked = options.parse_args()
    print("trials  written in s      MB  usable after s  sorted in s")
    for trials in asked.trials:
        story = story_of(trials)
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
