"""Verdicts: a suite that is run without pytest, and what it says of a plugin."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from unittest import SkipTest

from sinesweep.contract import Plugin
from sinesweep.testing.architectures import ArchitectureSuite
from sinesweep.testing.augmentations import AugmentationSuite
from sinesweep.testing.baselines import BaselineSuite
from sinesweep.testing.datasets import DatasetSuite
from sinesweep.testing.features import FeaturesSuite
from sinesweep.testing.losses import LossSuite
from sinesweep.testing.suite import PluginSuite

SUITES: dict[str, type[PluginSuite]] = {
    suite.kind: suite
    for suite in (FeaturesSuite, AugmentationSuite, ArchitectureSuite, LossSuite, DatasetSuite, BaselineSuite)
}
"""The suite of every kind of plugin."""


@dataclass(frozen=True)
class Verdict:
    """What came of one promise.

    Attributes:
        promise: in words.
        kept: None where the promise is not for plugins like this one.
        reason: why it was not kept, or why it does not count; empty where it was kept.
        seconds: how long the test took.
    """

    promise: str
    kept: bool | None
    reason: str
    seconds: float


def examine(kind: str, plugin: Plugin) -> Iterator[Verdict]:
    """Tries every promise of a kind on a plugin, the general ones first."""
    for name in promises(SUITES[kind]):
        yield judge(kind, name, plugin)


def judge(kind: str, name: str, plugin: Plugin) -> Verdict:
    """Tries one promise, by the name of its test."""
    start = perf_counter()
    kept, reason = _tried(SUITES[kind](), name, plugin)
    return Verdict(name.removeprefix("test_").replace("_", " "), kept, reason, perf_counter() - start)


def promises(suite: type[PluginSuite]) -> list[str]:
    """The names of a suite's tests, in the order in which they are written, those of its base first."""
    names = [name for base in reversed(suite.__mro__) for name in vars(base) if name.startswith("test_")]
    return list(dict.fromkeys(names))


def _tried(suite: PluginSuite, name: str, plugin: Plugin) -> tuple[bool | None, str]:
    try:
        suite.setup_method()
        getattr(suite, name)(plugin)
    except SkipTest as reason:
        return None, str(reason)
    except AssertionError as reason:
        return False, str(reason)
    except Exception as fault:  # a stranger's plugin may raise anything
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        return False, f"{type(fault).__name__}: {fault} ({frame.filename}, line {frame.lineno}, in {frame.name})"
    finally:
        suite.teardown_method()
    return True, ""
