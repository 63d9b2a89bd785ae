"""Transforms of audiomentations: from text to objects, and their global chance under control."""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from sinesweep.errors import PluginError, did_you_mean


@lru_cache(maxsize=64)
def made(transforms: tuple[str, ...]) -> tuple[Any, ...]:
    """The transforms that these calls describe. Nothing but names of transforms and constants is evaluated.

    Raises:
        PluginError: the package is missing, a text is no such call, a transform is unknown or refuses its arguments.
    """
    if not transforms:
        raise PluginError("transforms: expected one or more transforms, such as PolarityInversion(p=0.5), got none")
    known = _known()
    return tuple(_made(text, known) for text in transforms)


@contextmanager
def seeded(rng: np.random.Generator) -> Iterator[None]:
    """Python's and numpy's global chance begins from a draw of `rng`; afterwards both go on as if nothing had been."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002
    seed = int(rng.integers(2**32))
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002


def fitted(wave: np.ndarray[Any, Any], samples: int) -> np.ndarray[Any, Any]:
    """`wave` as float32, cut or filled up with zeros to `samples`."""
    cut = np.asarray(wave, np.float32)[:samples]
    return np.pad(cut, (0, samples - len(cut)))


def _known() -> dict[str, Any]:
    """All transforms by name."""
    try:
        with warnings.catch_warnings():  # one of its modules holds a string that Python warns about
            warnings.simplefilter("ignore")
            import audiomentations
    except ImportError as reason:
        raise PluginError(
            f"the package audiomentations cannot be imported: {reason}."
            ' Install it with: pip install "sinesweep[audiomentations]"'
        ) from None
    found = {name: getattr(audiomentations, name) for name in dir(audiomentations)}
    return {name: each for name, each in found.items() if isinstance(each, type)}


def _made(text: str, known: dict[str, Any]) -> Any:
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call):
            raise ValueError("it is no call")
        return _value(call, known)
    except (SyntaxError, ValueError) as reason:
        raise PluginError(
            f"transforms: expected a call such as PitchShift(min_semitones=-2, max_semitones=2), got {text!r}: {reason}"
        ) from None


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    """A transform, a list of values, or a constant."""
    if isinstance(node, ast.Call):
        return _called(node, known)
    if isinstance(node, ast.List):
        return [_value(each, known) for each in node.elts]
    return ast.literal_eval(node)


def _called(call: ast.Call, known: dict[str, Any]) -> Any:
    name = ast.unparse(call.func)
    if name not in known:
        raise PluginError(f"transforms: audiomentations has no '{name}'.{did_you_mean(name, known)}")
    positional = [_value(each, known) for each in call.args]
    named = {each.arg: _value(each.value, known) for each in call.keywords if each.arg is not None}
    try:
        return known[name](*positional, **named)
    except Exception as reason:  # it says of bad arguments what it likes: TypeError, ValueError, AssertionError
        raise PluginError(f"transforms: {ast.unparse(call)}: {type(reason).__name__}: {reason}") from reason
