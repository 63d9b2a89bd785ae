"""Writes the two made-up tables of the course, and says what the best possible model would reach on each.

    python make_data.py [FOLDER]      line.csv and gaussians.csv, by default in the folder where it is started

line.csv: y = 2x + 1 for x between 0 and 5, and Gaussian noise of deviation 0.2.
gaussians.csv: points of two classes, each a Gaussian of unit variance; the centres are (0, 0) and (1, 1).
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

NOISE = 0.2
CENTRES = ((0.0, 0.0), (1.0, 1.0))


def line(rng: np.random.Generator, rows: int = 3000) -> Iterable[tuple[str, ...]]:
    """Rows `x, y`."""
    x = rng.uniform(0, 5, rows)
    y = 2 * x + 1 + rng.normal(0, NOISE, rows)
    return ((f"{a:.6f}", f"{b:.6f}") for a, b in zip(x, y, strict=True))


def gaussians(rng: np.random.Generator, rows: int = 6000) -> Iterable[tuple[str, ...]]:
    """Rows `x1, x2, label`, as many of one class as of the other."""
    classes = np.arange(rows) % 2
    points = np.asarray(CENTRES)[classes] + rng.standard_normal((rows, 2))
    return ((f"{a:.6f}", f"{b:.6f}", "AB"[c]) for (a, b), c in zip(points, classes, strict=True))


def least_error() -> float:
    """The mean squared error of who knows the line: the variance of the noise."""
    return NOISE**2


def bayes_accuracy() -> float:
    """The accuracy of who knows both Gaussians and takes the nearer centre: Φ(d / 2), d the distance of the centres."""
    return 0.5 * (1 + math.erf(math.dist(*CENTRES) / 2 / math.sqrt(2)))


def main(folder: Path) -> None:
    """Writes both tables."""
    rng = np.random.default_rng(0)
    tables = {"line.csv": (("x", "y"), line(rng)), "gaussians.csv": (("x1", "x2", "label"), gaussians(rng))}
    for name, (head, rows) in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *rows])
    print(f"{folder / 'line.csv'}: no model is expected to have a mean squared error below {least_error():.3f}")
    print(f"{folder / 'gaussians.csv'}: no model is expected to have an accuracy above {bayes_accuracy():.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
