"""Two small line charts, drawn as inline SVG; the page's style gives them their colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sinesweep.leaderboard import Leaderboard
from sinesweep.report import words

WIDTH, HEIGHT = 520, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """Where data lies on the drawing."""

    x: tuple[float, float]
    y: tuple[float, float]

    @classmethod
    def around(cls, points: Sequence[Point]) -> Frame:
        """A frame that holds all points with a little air above and below."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        air = 0.06 * (max(ys) - min(ys)) or 0.05 * abs(max(ys)) or 0.05
        return cls((min(xs), max(max(xs), min(xs) + 1)), (min(ys) - air, max(ys) + air))

    def at(self, point: Point) -> Point:
        """The place of a point on the drawing."""
        across = (point[0] - self.x[0]) / (self.x[1] - self.x[0])
        up = (point[1] - self.y[0]) / (self.y[1] - self.y[0])
        return round(LEFT + across * (WIDTH - LEFT - RIGHT), 1), round(
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1
        )

    def line(self, points: Sequence[Point], kind: str) -> str:
        """Points joined by straight lines."""
        return f'<polyline class="{kind}" points="{" ".join(f"{x},{y}" for x, y in map(self.at, points))}"/>'

    def dot(self, point: Point, kind: str, title: str, radius: float = 2.5) -> str:
        """One point with a title to hover over."""
        x, y = self.at(point)
        return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"><title>{escape(title)}</title></circle>'


def best_so_far(board: Leaderboard) -> str:
    """Every trial's score, and the best until then; empty with fewer than two trials."""
    rows = sorted(board.rows, key=lambda row: row.number)
    if len(rows) < 2:
        return ""
    points = [(float(row.number), row.score) for row in rows]
    base = [(points[0][0], board.baseline.score)] if board.baseline else []
    frame, metric = Frame.around(points + base), board.metric
    dots = [
        frame.dot(point, "trial", f"trial {row.number}: {metric.show(row.score)}")
        for point, row in zip(points, rows, strict=True)
    ]
    marks = [*dots, frame.line([*_steps(board, points)], "best")]
    if board.baseline:
        marks.insert(0, frame.line([(end, board.baseline.score) for end in frame.x], "baseline"))
    return _svg(board, frame, marks, "trial", f"Best {words.title(metric.name)} so far, over {len(rows)} trials")


def learning_curve(board: Leaderboard) -> str:
    """The winner's score after every epoch, a line a fold; empty where there is no history."""
    if board.best is None:
        return ""
    curves = [[(i + 1.0, v) for i, v in enumerate(curve) if v is not None] for curve in board.best.curves]
    curves = [curve for curve in curves if len(curve) > 1]
    if not curves:
        return ""
    frame = Frame.around([point for curve in curves for point in curve])
    marks = [frame.line(curve, "fold" if len(curves) > 1 else "best") for curve in curves]
    return _svg(board, frame, marks, "epoch", f"Learning curve of trial {board.best.number}")


def _steps(board: Leaderboard, points: Sequence[Point]) -> Iterator[Point]:
    best = points[0][1]
    for number, score in points:
        yield number, best
        best = max(best, score, key=board.metric.goodness)
        yield number, best


def _svg(board: Leaderboard, frame: Frame, marks: Sequence[str], below: str, title: str) -> str:
    grid = "".join(_level(board, frame, y) for y in ticks(*frame.y))
    feet = "".join(_foot(frame, x) for x in ticks(*frame.x) if x == int(x))
    name = f'<text class="name" x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" text-anchor="end">{below}</text>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{grid}{feet}{name}{''.join(marks)}</svg>"
    )


def _level(board: Leaderboard, frame: Frame, value: float) -> str:
    y = frame.at((frame.x[0], value))[1]
    label = f"{100 * value:.3g} %" if board.metric.percent else f"{value:.3g}"
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text x="{LEFT - 8}" y="{y}" dy="0.32em" text-anchor="end">{label}</text>'
    )


def _foot(frame: Frame, value: float) -> str:
    x = frame.at((value, frame.y[0]))[0]
    return f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:.0f}</text>'


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between `low` and `high`, at most `most`: steps of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    power = 10 ** math.floor(math.log10((high - low) / most))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if (high - low) / step <= most)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, first + most + 1) if i * step <= high + 1e-9 * step]
