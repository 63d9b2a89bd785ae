"""Expectations: a promise that is not kept is told in a sentence, with the settings that broke it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import SkipTest

import numpy as np

from sinesweep.blame import nobodys
from sinesweep.contract import LABELS, Plugin
from sinesweep.errors import Infeasible, did_you_mean
from sinesweep.testing.points import named
from sinesweep.testing.sounds import Array
from sinesweep.wording import brief


@contextmanager
def trying(plugin: Plugin, *where: str) -> Iterator[None]:
    """Names the settings, and what they were tried on, in whatever goes wrong inside."""
    place = ", ".join([named(plugin), *where])
    try:
        yield
    except SkipTest:
        raise
    except nobodys():
        raise
    except AssertionError as broken:
        raise AssertionError(f"{place}: {broken}") from broken
    except BaseException as fault:  # a stranger's plugin may raise anything
        raise AssertionError(f"{place}: {brief(fault)}") from fault


def refused(check: Callable[..., None], *arguments: Any) -> bool:
    """Whether a plugin's `check` raises Infeasible; it has to say why."""
    try:
        check(*arguments)
    except Infeasible as reason:
        assert str(reason).strip(), "check() raises Infeasible without a word; say what does not fit"
        return True
    return False


def expect_labels(told: Collection[str]) -> None:
    """Nothing but what labels can tell, in the words that a sweep file knows."""
    for name in sorted(told):
        assert name in LABELS, f"'{name}' is nothing that labels tell.{did_you_mean(name, LABELS)}"


def expect_array(name: str, array: Array, shape: tuple[int, ...], rows: tuple[str, ...] = ()) -> None:
    """A float32 array of this shape, every number finite; `rows` says what its rows belong to."""
    assert tuple(array.shape) == tuple(shape), f"{name} have the shape {tuple(array.shape)}, expected {tuple(shape)}"
    assert array.dtype == np.float32, f"{name} are {array.dtype}, expected float32"
    for number, row in enumerate(array):
        assert np.isfinite(row).all(), f"{name} of {rows[number] if rows else f'row {number}'} are not all finite"


def expect_same(what: str, first: Array, second: Array, rtol: float = 0.0, atol: float = 0.0) -> None:
    """Two arrays of one shape with the same numbers."""
    assert first.shape == second.shape, f"{what}: the shapes are {first.shape} and {second.shape}"
    if not np.allclose(first, second, rtol=rtol, atol=atol, equal_nan=True):
        away = np.abs(np.asarray(first, np.float64) - second).max()
        raise AssertionError(f"{what}: the numbers differ by up to {away:.3g}")


def expect_different(what: str, first: Array, second: Array, way_out: str = "") -> None:
    """Two arrays that are not the same, number for number."""
    assert not np.array_equal(first, second), "; ".join(filter(None, (f"{what}: the numbers are the same", way_out)))
