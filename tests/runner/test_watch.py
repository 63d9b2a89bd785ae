"""What is said to those who wait."""

import io

from rich.console import Console

from sinesweep.sweepfile import check_document
from sinesweep_runner.quarters import quarters
from sinesweep_runner.watch import Watch


def test_a_preparation_is_told_at_every_quarter():
    said = []
    step = quarters("scanning", said.append)
    for done in range(9):
        step(done, 8)
    assert said == [f"scanning: {done} of 8" for done in (0, 2, 4, 6, 8)]


def test_a_preparation_that_has_nothing_to_do_is_told_once():
    said = []
    quarters("scanning", said.append)(3000, 3000)
    assert said == ["scanning: 3000 of 3000"]


def test_a_line_is_said_as_it_is_written(tone_sweep):
    stream = io.StringIO()
    Watch(check_document(tone_sweep()), 1, Console(file=stream)).say("class ':dog:' [bold] 3 of 8")
    assert stream.getvalue() == "class ':dog:' [bold] 3 of 8\n"
