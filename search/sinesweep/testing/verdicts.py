"""Verdicts: a suite that is run without pytest, and what it says of a plugin."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from unittest import SkipTest

from sinesweep.blame import nobodys
from sinesweep.contract import Plugin
from sinesweep.testing.architectures import ArchitectureSuite
from sinesweep.testing.augmentations import AugmentationSuite
from sinesweep.testing.baselines import BaselineSuite
from sinesweep.testing.datasets import DatasetSuite
from sinesweep.testing.features import FeaturesSuite
from sinesweep.testing.kerasparts import KerasSuite
from sinesweep.testing.losses import LossSuite
from sinesweep.testing.suite import PluginSuite
from sinesweep.wording import brief

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
        fault: what the plugin raised, and on which line, where that is the reason. Promises with one and the same
            fault were not broken one by one.
        seconds: how long the test took.
    """

    promise: str
    kept: bool | None
    reason: str
    fault: str
    seconds: float


def examine(kind: str, plugin: Plugin) -> Iterator[Verdict]:
    """Tries every promise of a kind on a plugin, the general ones first."""
    for name in promises(SUITES[kind]):
        yield judge(kind, name, plugin)


def judge(kind: str, name: str, plugin: Plugin) -> Verdict:
    """Tries one promise, by the name of its test."""
    start = perf_counter()
    kept, reason, fault = _tried(SUITES[kind](), name, plugin)
    return Verdict(in_words(name), kept, reason, fault, perf_counter() - start)


def promises(suite: type[PluginSuite]) -> list[str]:
    """The names of a suite's tests, in the order in which they are written, those of its base first."""
    names = [name for base in reversed(suite.__mro__) for name in vars(base) if name.startswith("test_")]
    return list(dict.fromkeys(names))


def in_words(name: str) -> str:
    """A promise, by the name of its test."""
    return name.removeprefix("test_").replace("_", " ")


def needs_keras(kind: str, name: str) -> bool:
    """Whether a promise is about Keras objects; the general ones are not."""
    return issubclass(SUITES[kind], KerasSuite) and name not in promises(PluginSuite)


def _tried(suite: PluginSuite, name: str, plugin: Plugin) -> tuple[bool | None, str, str]:
    prepared = needs_keras(suite.kind, name)
    try:
        if prepared:
            suite.setup_method()
        getattr(suite, name)(plugin)
    except SkipTest as reason:
        return None, str(reason), ""
    except nobodys():
        raise
    except BaseException as broken:  # a stranger's plugin may raise anything
        return False, *_why(broken, plugin)
    finally:
        if prepared:
            suite.teardown_method()
    return True, "", ""


def _why(broken: BaseException, plugin: Plugin) -> tuple[str, str]:
    """The reason and the fault of a promise that is broken."""
    said, fault = str(broken) if isinstance(broken, AssertionError) else brief(broken), broken
    while isinstance(fault, AssertionError) and fault.__cause__ is not None:
        fault = fault.__cause__
    if isinstance(fault, AssertionError):
        return said, ""
    place = _place(fault, plugin)
    return (f"{said} ({place})", f"{type(fault).__name__} {place}") if place else (said, brief(fault))


def _place(fault: BaseException, plugin: Plugin) -> str:
    """The last line of the plugin's own package that an exception came through; empty where it met none."""
    package = type(plugin).__module__.partition(".")[0]
    frames = [
        (frame.f_code, line)
        for frame, line in traceback.walk_tb(fault.__traceback__)
        if str(frame.f_globals.get("__name__")).partition(".")[0] == package
    ]
    if not frames:
        return ""
    code, line = frames[-1]
    return f"{code.co_filename}, line {line}, in {code.co_name}"
