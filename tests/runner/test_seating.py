"""Where a trial goes is a pure function of what it needs and of what the workers hold."""

import pytest

from sinesweep_runner.executors.seating import Device, Place, Seat, most_bytes, place

CPU, SMALL, LARGE = Device(), Device("small", 10), Device("large", 40)


def idle(worker, device, kept=0):
    return Seat(worker, device, kept, busy=False)


def busy(worker, device, needs):
    return Seat(worker, device, needs, busy=True)


TWO_KINDS = [idle("s1", SMALL), idle("s2", SMALL), idle("l1", LARGE), idle("l2", LARGE)]


@pytest.mark.parametrize(
    ("needed", "seats", "found"),
    [
        # Processors have the machine's memory, and nobody asks for it.
        (1e15, [busy("a", CPU, 1e15), idle("b", CPU), idle("c", CPU)], Place(("b", "c"))),
        # The smallest device that suffices.
        (4, TWO_KINDS, Place(("s1", "s2"))),
        (11, TWO_KINDS, Place(("l1", "l2"))),
        # Small ones share a device.
        (4, [busy("s1", SMALL, 5), idle("s2", SMALL)], Place(("s2",))),
        # One that finds no room on the smallest goes to a larger one.
        (4, [busy("s1", SMALL, 7), idle("s2", SMALL), idle("l1", LARGE)], Place(("l1",))),
        # A large one waits for what can hold it, and is not sent to what cannot.
        (11, [idle("s1", SMALL), busy("l1", LARGE, 35), idle("l2", LARGE)], Place(awaited="large")),
        (11, [idle("s1", SMALL), busy("l1", LARGE, 35)], Place(awaited="large")),
        # It waits where the least is at work.
        (
            9,
            [busy("s1", SMALL, 5), idle("s2", SMALL), busy("l1", LARGE, 35), idle("l2", LARGE)],
            Place(awaited="small"),
        ),
        # What it may need more than there is, it is given all of: alone, on the largest.
        (99, TWO_KINDS, Place(("l1", "l2"))),
        (99, [idle("s1", SMALL), busy("l1", LARGE, 1), idle("l2", LARGE)], Place(awaited="large")),
        # What its own process has kept it can use again; what others keep it cannot, so they make way.
        (9, [idle("s1", SMALL, 9)], Place(("s1",))),
        (9, [idle("s1", SMALL, 3), idle("s2", SMALL, 3), idle("s3", SMALL)], Place(awaited="small", outgoing=("s2",))),
        (9, [idle("s1", SMALL, 3), idle("s2", SMALL)], Place(("s1",))),
        # While another is at work there, nobody makes way in vain.
        (9, [idle("s1", SMALL, 3), idle("s2", SMALL, 3), busy("s3", SMALL, 4)], Place(awaited="small")),
    ],
)
def test_a_trial_goes_where_there_is_room(needed, seats, found):
    assert place(needed, seats) == found


def test_a_device_that_is_kept_free_takes_nobody_else():
    assert place(4, TWO_KINDS, kept={"small"}) == Place(("l1", "l2"))
    assert place(4, TWO_KINDS, kept={"small", "large"}) == Place()


def test_small_ones_fill_a_device_and_a_large_one_has_it_alone():
    """Every need in turn, until nobody finds a place; then all end."""

    def shared(needs):
        seats = [idle(number, LARGE) for number in range(4)]
        for served, need in enumerate(needs):
            found = place(need, seats)
            if not found.workers:
                return served
            seats[found.workers[0]] = busy(found.workers[0], LARGE, need)
        return len(needs)

    assert shared([10, 10, 10, 10]) == 4
    assert shared([15, 15, 15, 15]) == 2
    assert shared([5, 30, 30]) == 2
    assert shared([40, 1]) == 1


def test_the_most_that_a_trial_can_be_given():
    assert most_bytes(TWO_KINDS) == 40
    assert most_bytes([idle("s1", SMALL), idle("a", CPU)]) == most_bytes([]) == float("inf")
