"""Reloading: can what a plugin puts into a model be made again from what a saved model says of it?

Asked before a trial is trained: the answer of a winner that nobody can read would come when the test part is open.
"""

from __future__ import annotations

import keras

from sinesweep.blame import nobodys
from sinesweep.errors import PluginFault
from sinesweep.wording import brief

_reloaded: set[frozenset[str]] = set()
"""Sets of classes of layers, by their full names, that Keras has made again in this process."""


def check_reloads(kind: str, name: str, method: str, part: keras.Model) -> None:
    """Sees that Keras makes a part of a model again, once for every set of classes that parts are built from.

    Args:
        kind, name, method: of the plugin that built it.
        part: its layers; their weights do not count.

    Raises:
        PluginFault: a class is not registered with Keras, or its layer does not say what it is made from.
    """
    classes = {type(layer) for layer in part._flatten_layers()}
    known = frozenset(f"{each.__module__}.{each.__qualname__}" for each in classes)
    if known in _reloaded:
        return
    try:
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part), safe_mode=True)
    except nobodys():
        raise
    except BaseException as fault:  # the layers' own code runs, and may raise anything
        why = _unregistered(classes) or brief(fault)
        raise PluginFault(kind, name, method, f"a saved model could not be read back: {why}") from fault
    _reloaded.add(known)


def _unregistered(classes: set[type]) -> str:
    """The first class that Keras would not find, and the way out; empty where it finds all."""
    for each in sorted(classes, key=lambda each: each.__qualname__):
        registered = keras.saving.get_registered_object(keras.saving.get_registered_name(each))
        if registered is None and each.__module__.partition(".")[0] != "keras":
            return (
                f"Keras does not know its class {each.__name__}; put"
                f" @keras.saving.register_keras_serializable(package='{each.__module__.partition('.')[0]}') above it"
            )
    return ""
