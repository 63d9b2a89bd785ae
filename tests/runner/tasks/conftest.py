"""Material for whole sweeps of each task: tables of vectors whose answers follow from their numbers.

Fixtures:
    numbers: what the tables hold, `(150, 6)`.
    there: which of the labels alto, bass, cello and drum is there for each row, `(150, 4)`.
    tables: a CSV file each for `classes`, `two` classes, `labels` and `values`.
    write_table: writes such a file with other answers.
    document: `document(data, **sections)`: a sweep document on vectors that trains in seconds.
    sweep: `sweep(name, folder, **sections)`: runs one on one of the tables.
    sealed: the rows of an outcome's test part.
    report: what an outcome says to people.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sinesweep.sweepfile import check_document
from sinesweep_runner import run
from sinesweep_runner.searching import Outcome

NAMES = ("alto", "bass", "cello", "drum")


@pytest.fixture(scope="session")
def numbers() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((150, 6))


@pytest.fixture(scope="session")
def there(numbers: np.ndarray) -> np.ndarray:
    """Each label is there on one side of a plane; some rows have none."""
    planes = np.random.default_rng(4).standard_normal((numbers.shape[1], len(NAMES)))
    return numbers @ planes > [0.5, 0.5, 2.0, 3.0]


@pytest.fixture(scope="session")
def write_table(numbers: np.ndarray) -> Callable[[Path, str, list[str]], Path]:
    """A table as people have them: a name, numbers of very different size, groups of three, and what is asked."""

    def write(file: Path, target: str, answers: list[str]) -> Path:
        scales = 10.0 ** (np.arange(numbers.shape[1]) - 2)
        names = [f"x{i}" for i in range(numbers.shape[1])]
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["filename", *names, "artist", "group", target])
            for i, row in enumerate(numbers * scales):
                writer.writerow([f"s{i:03}.wav", *map(repr, map(float, row)), "somebody", f"g{i // 3}", answers[i]])
        return file

    return write


@pytest.fixture(scope="session")
def tables(
    numbers: np.ndarray, there: np.ndarray, write_table: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder, x = tmp_path_factory.mktemp("tables"), numbers
    classes = np.array(["low", "middle", "high"])[np.digitize(x[:, 0] + x[:, 1], [-0.7, 0.7])]
    several = [";".join(name for name, one in zip(NAMES, row, strict=True) if one) for row in there]
    values = 120 + 30 * x[:, 0] - 15 * x[:, 1] + np.random.default_rng(5).normal(0, 3, len(x))
    return {
        "classes": write_table(folder / "classes.csv", "label", list(classes)),
        "two": write_table(folder / "two.csv", "label", ["up" if row[0] > 0 else "down" for row in x]),
        "labels": write_table(folder / "labels.csv", "instruments", several),
        "values": write_table(folder / "values.csv", "bpm", [f"{value:.3f}" for value in values]),
    }


@pytest.fixture(scope="session")
def document() -> Callable[..., dict]:
    def make(data: dict, **sections: object) -> dict:
        return {
            "name": "numbers",
            "data": {"reader": "vectors", **data},
            "split": {"test": 0.2, "valid": 0.25},
            "architectures": {"mlp": {"layers": 1, "units": [16, 32], "dropout": 0.1, "l1": 0.0, "l2": 0.0}},
            "fit": {"epochs": 25, "batch_size": 16, "learning_rate": 0.01},
            "search": {"pruner": "none"},
            "budget": {"trials": 2},
            "workers": {"count": 1},
            **sections,
        }

    return make


@pytest.fixture(scope="session")
def sweep(tables: dict[str, Path], document: Callable[..., dict]) -> Callable[..., Outcome]:
    of = {
        "classes": {"path": str(tables["classes"])},
        "two": {"path": str(tables["two"])},
        "labels": {"path": str(tables["labels"]), "task": "multi_label", "label_column": "instruments"},
        "values": {"path": str(tables["values"]), "task": "regression", "label_column": "bpm"},
    }

    def run_on(name: str, folder: Path, finalize: bool = True, **sections: object) -> Outcome:
        return run(check_document(document(of[name], **sections)), folder, finalize=finalize)

    return run_on


@pytest.fixture(scope="session")
def sealed() -> Callable[[Outcome], list[int]]:
    return lambda outcome: json.loads((outcome.folder / "split.json").read_text())["test"]


@pytest.fixture(scope="session")
def report() -> Callable[[Outcome], str]:
    code = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
    files = ("leaderboard.md", "report.html")
    return lambda outcome: "".join(code.sub("", (outcome.folder / name).read_text(encoding="utf-8")) for name in files)
