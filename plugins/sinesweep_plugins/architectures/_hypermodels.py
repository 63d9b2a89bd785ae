"""Hypermodels by name: how one is found, and how it is told shapes."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sinesweep.blame import nobodys
from sinesweep.contract import Shape
from sinesweep.errors import PluginError
from sinesweep.wording import named

OUTPUTS = ("classes", "num_classes", "n_classes", "outputs")
"""What a parameter may be called that takes the number of outputs."""


def builder(target: str, input_shape: Shape, outputs: int) -> Callable[[Any], Any]:
    """The function of a `HyperParameters` that builds a model; it raises PluginError where it returns anything else.

    Args:
        target: `module:name` of a function, a `HyperModel` or a class of one.
        input_shape: of the features, with channels; for a parameter `input_shape`.
        outputs: for a parameter named as in `OUTPUTS`.

    Raises:
        PluginError: there is no such thing, it is none of these, or it takes something else.
    """
    import keras_tuner

    found, told = _imported(target), {"input_shape": input_shape, **dict.fromkeys(OUTPUTS, outputs)}
    if isinstance(found, type) and issubclass(found, keras_tuner.HyperModel):
        found = _called(target, found, told)
    if isinstance(found, keras_tuner.HyperModel):
        return functools.partial(_model, target, functools.partial(_declared, found))
    if callable(found) and not isinstance(found, type):
        return functools.partial(_model, target, functools.partial(found, **_known(found, told)))
    raise PluginError(
        f"hypermodel '{target}': expected a function of hp that returns a model, a keras_tuner.HyperModel or a class of"
        f" one, got {found!r}"
    )


def belongs_to_keras_tuner(target: str) -> bool:
    """Whether it is one of KerasTuner's own, whose whole space a single build shows."""
    return target.startswith("keras_tuner.")


@contextmanager
def no_downloads() -> Iterator[None]:
    """Lets `HyperEfficientNet` begin with random weights; by itself it would fetch those for photographs."""
    import keras_tuner

    versions = sys.modules[keras_tuner.applications.HyperEfficientNet.__module__].EFFICIENTNET_MODELS
    before = dict(versions)
    versions.update({name: functools.partial(make, weights=None) for name, make in before.items()})
    try:
        yield
    finally:
        versions.update(before)


def _imported(target: str) -> Any:
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise PluginError(f"hypermodel: expected module:name, such as my_models:build_model, got '{target}'")
    try:
        return functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except nobodys():
        raise
    except BaseException as reason:  # a stranger's module may raise anything while it is imported
        raise PluginError(
            f"hypermodel '{target}' cannot be imported: {named(reason)}. Its module has to lie in the"
            " folder where sinesweep is started, or on PYTHONPATH"
        ) from reason


def _model(target: str, build: Callable[[Any], Any], hp: Any) -> Any:
    import keras

    model = build(hp)
    if not isinstance(model, keras.Model):
        forgotten = "; is its `return` missing?" if model is None else ""
        raise PluginError(f"hypermodel '{target}' returned {model!r}, expected a Keras model{forgotten}")
    return model


def _declared(hypermodel: Any, hp: Any) -> Any:
    hypermodel.declare_hyperparameters(hp)
    return hypermodel.build(hp)


def _called(target: str, kind: type[Any], told: Mapping[str, Any]) -> Any:
    try:
        return kind(**_known(kind, told))
    except nobodys():
        raise
    except BaseException as reason:  # so may its class
        raise PluginError(f"hypermodel '{target}' cannot be made: {named(reason)}") from reason


def _known(taker: Callable[..., Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What of `told` a function or class has a parameter for."""
    return {name: told[name] for name in inspect.signature(taker).parameters if name in told}
