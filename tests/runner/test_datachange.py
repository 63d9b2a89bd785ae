"""What has changed in a data set since a sweep began is told in words."""

from __future__ import annotations

import pytest

from sinesweep_runner.datachange import change


def facts(*clips, home="/sounds"):
    return {"clips": [{"path": f"{home}/{name}", "label": label, "group": group} for name, label, group in clips]}


BEFORE = facts(("a/1.wav", "a", "ann"), ("a/2.wav", "a", "bob"), ("b/3.wav", "b", "ann"))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (facts(("a/1.wav", "a", "ann"), ("b/3.wav", "b", "ann")), "1 clip is missing (a/2.wav)"),
        (
            facts(("a/1.wav", "a", "ann"), ("a/2.wav", "b", "bob"), ("b/3.wav", "b", "eve"), ("b/4.wav", "b", "eve")),
            "1 clip is new (b/4.wav); 1 clip is labelled otherwise (a/2.wav); 1 clip is in another group (b/3.wav)",
        ),
        (
            facts(("a/1.wav", "b", "ann"), ("a/2.wav", "a", "bob"), ("b/3.wav", "b", "ann"), home="/moved"),
            "1 clip is labelled otherwise (a/1.wav)",
        ),
        (
            facts(*((f"a/{number}.wav", "a", "ann") for number in range(10, 15)), ("b/3.wav", "b", "ann")),
            "2 clips are missing (a/1.wav, a/2.wav); 5 clips are new (a/10.wav, a/11.wav, a/12.wav, …)",
        ),
        (BEFORE, "the same clips stand in another order, or in other parts of the split"),
    ],
    ids=["missing", "new and others", "moved", "many", "split"],
)
def test_every_difference_is_told_with_some_examples(now, told):
    assert change(BEFORE, now) == told
