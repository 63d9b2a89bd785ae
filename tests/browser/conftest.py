"""A report's page in a real browser.

Fixtures:
    chromium: a headless Chromium, or a skip.
    made_up: the `Story` of 60 ranked trials, a pruned one and a failed one; the best two and the
        baseline are examined, the best and the baseline on the test part too, and a mistake of the best can be heard.
    visit: `visit(story, …)` → an opened `Visit`; at its end the page has said nothing and asked for nothing.
"""

from __future__ import annotations

import base64
import io
import shutil
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image

from sinesweep import report
from sinesweep.dataset import Task
from sinesweep.diagnosis import Diagnosis, DiagnosisKind
from sinesweep.examination import examine
from sinesweep.leaderboard import Header, Leaderboard
from sinesweep.predictions import Predictions
from sinesweep.report.story import Mistake, Story
from sinesweep.trial import Cause, Failure, FoldScore, Result, State, Trial
from sinesweep_runner.sound.embedding import sound_uri

CLASSES = ("bronze", "iron", 'a <b>tag</b> & "quotes"', "glass 🔔")
CLIPS = 40
PATIENCE_MS = 30_000


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium: apt install chromium")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def made_up():
    results = [_result(number, 0.9 - number / 100) for number in range(1, 61)]
    told = {number: _answers(number) for number in range(61)}
    results += [
        replace(_result(61, 0.3), state=State.PRUNED),
        Result(Trial(62, {}, 1), State.FAILED, failure=Failure(Cause.NAN, "loss is NaN")),
    ]
    baseline = replace(_result(0, 0.6), trial=Trial(0, {"baseline": {"name": "svm", "C": 10.0}}, 1), parameters=0)
    groups = [f"recording {clip % 8}" for clip in range(CLIPS)]
    board = Leaderboard.of(HEADER, results, baseline, lambda result: told.get(result.trial.number), groups)
    return Story(
        board,
        command="sinesweep run bells/sweep.yaml --out bells-again",
        results=results,
        diagnoses={1: Diagnosis(DiagnosisKind.OVERFITTING, "Overfitting: it did.", "Try more dropout than 0.2.")},
        examinations={n: examine(told[n], CLASSES, Task.CLASSIFICATION, groups) for n in (0, 1, 2)},
        mistakes={1: [Mistake("bells/a.wav", "iron", CLASSES[2], 0.93, _sound(), _picture(), "only its middle")]},
        summaries={1: "log_mel gives 40 × 36\nconv 3 × 3\n"},
        tested={n: examine(_answers(100 + n), CLASSES, Task.CLASSIFICATION, groups) for n in (0, 1)},
    )


@dataclass
class Visit:
    """A page that somebody looks at, and what it said and asked for meanwhile."""

    page: object
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def rows(self):
        """The numbers of the trials that the table shows, from top to bottom."""
        return [int(text) for text in self.page.locator("#board tbody td.trial").all_inner_texts()]

    def heading(self, name):
        """The heading of a column."""
        return self.page.locator(f"#board thead th.{name}")

    def count(self):
        """How many trials the table says it has."""
        return self.page.locator("#count").inner_text()


@pytest.fixture(scope="session")
def written(made_up):
    return report.to_html(made_up)


@pytest.fixture
def visit(chromium, tmp_path, made_up, written):
    opened = []

    def open_page(story, address="", width=1280, refresh_s=None, **context):
        file = tmp_path / f"report{len(opened)}.html"
        usual = story is made_up and refresh_s is None
        file.write_text(written if usual else report.to_html(story, refresh_s), encoding="utf-8")
        there = chromium.new_context(viewport={"width": width, "height": 900}, **context)
        there.set_default_timeout(PATIENCE_MS)
        seen = Visit(there.new_page())
        if refresh_s is not None:
            seen.page.clock.install()
        opened.append(seen)
        seen.page.on("console", lambda message: seen.said.append(message.text) if message.type == "error" else None)
        seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.said.append(dialog.message))
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.goto(file.as_uri() + address)
        return seen

    yield open_page
    for seen in opened:
        seen.page.context.close()
        assert not seen.said
        assert not [url for url in seen.asked if not url.startswith(("file:", "data:", "blob:"))]


HEADER = Header(
    name="bells",
    dataset="church bells",
    clips=300,
    groups=100,
    classes=CLASSES,
    how="3-fold cross-validation by recording; 60 clips are sealed for the test.",
    objective="accuracy",
    seed=7,
    budget_trials=60,
    budget_hours=None,
    hours=0.5,
    versions={"sinesweep": "0.1.0"},
)


def _result(number, skill):
    features = {"name": "log_mel", "n_mels": 32 + number} if number % 2 else {"name": "mfcc", "n_mfcc": 10 + number}
    config = {
        "features": features,
        "architecture": {"name": "cnn", "blocks": 1 + number % 4, "dropout": 0.2},
        "loss": {"name": "cross_entropy", "label_smoothing": 0.0},
        "augmentations": [{"name": "gain", "db": 6.0}] if number % 3 else [],
        "fit": {"epochs": 5, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.001 * (number + 1)},
    }
    history = tuple(
        {"accuracy": skill * e / 5, "loss": 2 - skill * e / 5, "train_loss": 2 - e / 5} for e in range(1, 6)
    )
    folds = tuple(FoldScore(history[-1], history, 5) for _ in range(2))
    seconds = 10.0 + (7 * number) % 61
    return Result(
        Trial(number, config, 1), State.COMPLETE, skill, history[-1], folds, 1000 * number, seconds, {}, "cpu"
    )


def _answers(number):
    rng = np.random.default_rng(number)
    targets = rng.integers(len(CLASSES), size=CLIPS)
    answers = rng.dirichlet(np.ones(len(CLASSES)), CLIPS)
    answers[np.arange(CLIPS), targets] += 1.0
    return Predictions(np.arange(CLIPS), targets, (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32))


def _sound():
    """Two seconds, as real reports embed them."""
    return sound_uri(np.sin(np.arange(16_000) / 5).astype(np.float32), 8000)


def _picture():
    stream = io.BytesIO()
    Image.fromarray(np.arange(800, dtype=np.uint8).reshape(20, 40)).save(stream, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
