"""What a trial needs of a device's memory is foretold from its size, and learnt from what others have taken."""

import numpy as np
import pytest

from sinesweep.trial import Cause, Failure, Result, State, Trial
from sinesweep_runner.sizing import DeviceMemory, Size, Taken, needed_bytes

MIB, GIB = 2**20, 2**30


def a_trial(number=1, **more):
    return Trial(number, {}, seed=1, **more)


@pytest.mark.parametrize(
    ("size", "low", "high"),
    [
        (Size(0, 0), 0.5 * GIB, 1 * GIB),
        (Size(100_000, 32 * 500_000), 0.6 * GIB, 1.2 * GIB),
        (Size(20_000_000, 64 * 5_000_000), 3 * GIB, 6 * GIB),
        (Size(1_000_000_000, 0), 16 * GIB, 24 * GIB),
    ],
)
def test_nothing_measured_yet_the_prior_is_on_the_safe_side(size, low, high):
    assert low < needed_bytes(size) < high


def test_more_of_anything_never_needs_less():
    taken = [Taken(Size(10**6, 10**8), 3 * GIB), Taken(Size(10**7, 10**7), 200 * MIB), Taken(Size(10**5, 10**6), GIB)]
    small, wide, deep = Size(10**5, 10**6), Size(10**8, 10**6), Size(10**5, 10**9)
    for known in ([], taken[:1], taken):
        assert needed_bytes(small, known) <= min(needed_bytes(wide, known), needed_bytes(deep, known))


def test_measurements_tell_what_a_parameter_and_an_activation_take():
    rng, true_bytes = np.random.default_rng(0), np.array([24.0, 3.0, 120 * MIB])
    sizes = [Size(int(10 ** rng.uniform(4, 8)), int(10 ** rng.uniform(5, 9))) for _ in range(60)]
    true = {size: float(np.array([size.parameters, size.activations, 1]) @ true_bytes) for size in sizes}
    known = [Taken(size, round(true[size] * rng.uniform(0.95, 1.05))) for size in sizes[:40]]
    for size in sizes[40:]:
        assert 1.0 < needed_bytes(size, known) / true[size] < 1.6


def test_no_trial_that_was_measured_would_be_given_less_than_it_took():
    rng = np.random.default_rng(1)
    known = [
        Taken(Size(int(10 ** rng.uniform(4, 8)), int(10 ** rng.uniform(5, 9))), int(10 ** rng.uniform(8, 10)))
        for _ in range(30)
    ]
    assert all(needed_bytes(each.size, known) >= each.peak_bytes for each in known)


def test_a_trial_in_halves_needs_less_and_an_unknown_one_nothing():
    memory = DeviceMemory()
    memory.expect(a_trial(), Size(10**5, 10**9))
    assert memory.needed_bytes(a_trial(accumulate=2)) < 0.6 * memory.needed_bytes(a_trial())
    assert memory.needed_bytes(a_trial(2)) == 0


def test_trials_that_took_more_than_foretold_raise_the_need_of_the_next():
    memory, small = DeviceMemory(), Size(10**5, 10**7)
    for number in (1, 2, 3):
        memory.expect(a_trial(number), small)
    before = memory.needed_bytes(a_trial(3))
    memory.ended(Result(a_trial(1), State.COMPLETE), 4 * GIB)
    assert memory.needed_bytes(a_trial(3)) > 4 * GIB > before
    memory.ended(Result(a_trial(2), State.FAILED, failure=Failure(Cause.OUT_OF_MEMORY, "")), 6 * GIB)
    assert memory.needed_bytes(a_trial(3)) >= 12 * GIB


@pytest.mark.parametrize("failure", [Failure(Cause.PLUGIN, ""), Failure(Cause.LIMIT, "")])
def test_a_trial_that_never_was_trained_teaches_nothing(failure):
    memory = DeviceMemory()
    memory.expect(a_trial(), Size(10**6, 10**8))
    before = memory.needed_bytes(a_trial())
    memory.ended(Result(a_trial(), State.FAILED, failure=failure), MIB)
    memory.ended(Result(a_trial(), State.COMPLETE), 0)  # no device, or nothing new
    assert memory.needed_bytes(a_trial()) == before


def test_only_what_is_sure_not_to_fit_is_refused():
    memory = DeviceMemory()
    memory.expect(a_trial(1), Size(2 * 10**9, 0))
    memory.expect(a_trial(2), Size(10**6, 10**12))
    refused = memory.refused(a_trial(1), 10 * GIB)
    assert (refused.state, refused.failure.cause) == (State.INFEASIBLE, Cause.INFEASIBLE)
    assert "2000000000 weights and their gradients need 14.9 GiB" in refused.failure.message
    assert "at most 10.0 GiB" in refused.failure.message
    assert memory.refused(a_trial(1), 24 * GIB) is None
    assert memory.refused(a_trial(2), 10 * GIB) is None  # it may do with less than foretold


def test_a_trial_that_ran_out_of_memory_beside_others_is_given_a_device_of_its_own_once():
    memory, full = DeviceMemory(), Failure(Cause.OUT_OF_MEMORY, "OOM")
    for number in (1, 2):
        memory.expect(a_trial(number), Size(10**5, 10**6))
    assert not memory.alone_next(Result(a_trial(), State.COMPLETE))
    assert not memory.alone_next(Result(a_trial(), State.FAILED, failure=Failure(Cause.NAN, "NaN")))
    before = memory.needed_bytes(a_trial())
    assert memory.alone_next(Result(a_trial(), State.FAILED, failure=full))
    assert memory.needed_bytes(a_trial()) > 1000 * GIB
    assert memory.needed_bytes(a_trial(2)) == before
    assert not memory.alone_next(Result(a_trial(), State.FAILED, failure=full))
