"""Answers of workers are given out in their order, and Ray is asked no more than it must be."""

import ray

from sinesweep_runner.executors.hearing import Hearing


class Come:
    """Stands in for `ray.wait`: these answers have come."""

    def __init__(self, monkeypatch, *answers):
        self.answers, self.asked = [*answers], 0
        monkeypatch.setattr(ray, "wait", self.wait)

    def wait(self, awaited, num_returns, timeout):
        self.asked += 1
        come = [answer for answer in awaited if answer in self.answers][:num_returns]
        return come, [answer for answer in awaited if answer not in come]


def test_all_that_has_come_is_taken_at_once_and_given_out_one_by_one(monkeypatch):
    ray_ = Come(monkeypatch, "b", "c")
    hearing = Hearing()
    assert hearing.next(["a", "b", "c"], 1.0) == "b"
    assert hearing.next(["a", "c", "d"], 1.0) == "c"
    assert ray_.asked == 1


def test_an_answer_has_come_whether_or_not_it_was_taken_already(monkeypatch):
    ray_ = Come(monkeypatch, "a", "b")
    hearing = Hearing()
    hearing.next(["a", "b"], 1.0)
    assert "b" in hearing
    assert "c" not in hearing
    ray_.answers.append("c")
    assert "c" in hearing


def test_where_nothing_comes_in_time_there_is_none(monkeypatch):
    Come(monkeypatch)
    assert Hearing().next(["a"], 0.0) is None
    assert Hearing().next([], 0.0) is None
