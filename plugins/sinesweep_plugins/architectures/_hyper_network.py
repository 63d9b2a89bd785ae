"""From a hypermodel to a network as Sinesweep wants it: features in, logits out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import layers, ops

from sinesweep.contract import Shape
from sinesweep.errors import Infeasible, PluginError
from sinesweep_plugins.architectures._blocks import regularizer
from sinesweep_plugins.architectures._hypermodels import builder, no_downloads

if TYPE_CHECKING:
    from sinesweep_plugins.architectures.keras_tuner import KerasTuner

SQUASHING = ("softmax", "log_softmax", "sigmoid")
"""The activations that make logits into answers; the engine has its own."""

SMALLEST = 1e-7
"""A probability below this counts as this, where a logarithm is taken."""


def network(plugin: KerasTuner, input_shape: Shape, outputs: int) -> keras.Model:
    """The network that the plugin's settings describe, `(batch, *input_shape)` → logits `(batch, outputs)`.

    Raises:
        Infeasible: the hypermodel cannot take features of this shape.
        PluginError: it cannot be imported, or makes no model with one input and one output.
    """
    core = _with_logits(_built(plugin, tuple(input_shape), outputs), plugin)
    _regularise(plugin, core)
    inputs = keras.Input(input_shape)
    x = core(_fitted(inputs, tuple(core.input_shape[1:]), plugin.hypermodel))
    if outputs == 2 and x.shape[1:] == (1,):  # one sigmoid of s says of two classes what a softmax of (0, s) says
        x = ops.concatenate([ops.zeros_like(x), x], axis=-1)
    return keras.Model(inputs, x, name="hypermodel")


def _built(plugin: KerasTuner, input_shape: Shape, outputs: int) -> Any:
    """The hypermodel's model, with known shapes; one that waits for its input takes what it can, channels or none."""
    shape = (*input_shape, plugin.channels) if plugin.channels and len(input_shape) == 2 else input_shape
    model = _made(plugin, shape, outputs)
    if hasattr(model, "operations") or (isinstance(model, keras.Sequential) and model.built):
        return model
    try:
        return _on(model, shape)
    except ValueError:
        if shape == input_shape:
            raise
        return _on(_made(plugin, shape, outputs), input_shape)


def _made(plugin: KerasTuner, shape: Shape, outputs: int) -> Any:
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.values.update(plugin.hp)
    with no_downloads():
        return builder(plugin.hypermodel, shape, outputs)(hp)


def _on(model: Any, shape: Shape) -> Any:
    """The model, built on inputs of this shape."""
    if isinstance(model, keras.Sequential):
        model.build((None, *shape))
        return model
    inputs = keras.Input(shape)
    outer = keras.Model(inputs, model(inputs))
    outer.loss = model.loss
    return outer


def _with_logits(model: Any, plugin: KerasTuner) -> keras.Model:
    """The model without the softmax or sigmoid at its end, and with the plugin's dropout before its last layer.

    Where its end cannot be seen, inside a model of somebody's own class or in a layer of an unknown kind, the loss that
    it was compiled with tells whether it gives probabilities: then their logarithms are taken.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise PluginError(
            f"hypermodel '{plugin.hypermodel}': expected a model with one input and one output, got"
            f" {len(model.inputs)} and {len(model.outputs)}"
        )
    output = model.outputs[0]
    last = _maker(output)
    inner = _innermost(last)
    activation = getattr(inner, "activation", None)
    if type(inner).__name__ in ("Softmax", "LogSoftmax", "Sigmoid") and inner is last:
        output = last.input
    elif getattr(activation, "__name__", "") in SQUASHING:
        inner.activation = keras.activations.linear
    elif activation is None and _gives_probabilities(model.loss):
        output = ops.log(ops.clip(output, SMALLEST, 1.0))
    return keras.Model(model.inputs, _with_dropout(output, plugin))


def _maker(tensor: Any) -> Any:
    """The layer, model or operation that a symbolic tensor comes from."""
    return tensor._keras_history.operation


def _innermost(last: Any) -> Any:
    """The last layer of a model that is itself the last layer of a model."""
    while hasattr(last, "operations") or isinstance(last, keras.Sequential):
        last = _maker(last.outputs[0])
    return last


def _gives_probabilities(loss: Any) -> bool:
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    from_logits = isinstance(loss, keras.losses.Loss) and loss.get_config().get("from_logits", False)
    return "crossentropy" in str(name).replace("_", "").lower() and not from_logits


def _with_dropout(output: Any, plugin: KerasTuner) -> Any:
    if not plugin.dropout:
        return output
    last = _maker(output)
    if isinstance(last, layers.Activation):  # what is left of a softmax that stood alone
        output = last.input
        last = _maker(output)
    if not isinstance(last, keras.Layer):
        raise PluginError(
            f"hypermodel '{plugin.hypermodel}' ends in {last!r}, which takes no dropout before it; leave dropout at 0"
        )
    return last(layers.Dropout(plugin.dropout)(last.input))


def _regularise(plugin: KerasTuner, core: keras.Model) -> None:
    """Gives the plugin's L1 and L2 to every kernel, or bias, that has no regularizer of its own."""
    for weight in core.trainable_variables:
        part = "kernel" if "kernel" in weight.name else "bias" if "bias" in weight.name else ""
        if part and weight.regularizer is None:
            weight.regularizer = regularizer(plugin, part)


def _fitted(inputs: Any, wanted: tuple[int | None, ...], hypermodel: str) -> Any:
    """The features as a network wants them: as they are, turned, with channels, or flat.

    Raises:
        Infeasible: it takes another shape.
    """
    given = inputs.shape[1:]
    for turned in (False, True) if len(given) == 2 else (False,):
        shape = given[::-1] if turned else given
        x = layers.Permute((2, 1))(inputs) if turned else inputs
        if _fits(shape, wanted):
            return x
        if _fits(shape, wanted[:-1]):
            single = layers.Reshape((*shape, 1))(x)
            return layers.Concatenate()([single] * wanted[-1]) if wanted[-1] not in (1, None) else single
    if wanted == (math.prod(given),):
        return layers.Flatten()(inputs)
    texts = [" × ".join("any" if side is None else str(side) for side in shape) for shape in (wanted, given)]
    raise Infeasible(
        f"hypermodel '{hypermodel}' takes {texts[0]}; the features are {texts[1]}. Let it have a parameter named"
        " input_shape, or choose seconds, rate_hz, hop and bins that fit"
    )


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(b in (None, a) for a, b in zip(shape, wanted, strict=True))
