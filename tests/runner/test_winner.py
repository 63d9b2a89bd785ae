"""Who wins: the best in the first objective, or whom a person chooses, as long as the test part is sealed."""

import json
from types import SimpleNamespace

import pytest

from sinesweep.errors import SweepError
from sinesweep_runner.finishing import winner_of
from sinesweep_runner.sweepfolder import SweepFolder

ROWS = (SimpleNamespace(number=6), SimpleNamespace(number=12))
BOARD = SimpleNamespace(rows=ROWS, best=ROWS[0])


def test_the_winner_is_the_best_trial_or_the_one_that_is_chosen(tmp_path):
    assert winner_of(SweepFolder(tmp_path), BOARD).number == 6
    assert winner_of(SweepFolder(tmp_path), BOARD, 12).number == 12


def test_a_trial_without_a_score_cannot_be_chosen(tmp_path):
    with pytest.raises(SweepError, match="trial 7 has no score; the best are 6, 12"):
        winner_of(SweepFolder(tmp_path), BOARD, 7)


def test_an_opening_that_was_cut_off_is_completed_for_its_own_trial_alone(tmp_path):
    place = SweepFolder(tmp_path)
    place.test_file.write_text(json.dumps({"opened": "2026-01-01", "trial": 12}))
    assert winner_of(place, BOARD).number == 12
    assert winner_of(place, BOARD, 12).number == 12
    with pytest.raises(SweepError, match="opened for trial 12; it can be no other"):
        winner_of(place, BOARD, 6)
