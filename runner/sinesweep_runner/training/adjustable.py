"""Adjustable settings: those that a training graph reads from variables instead of holding them as constants.

They are the rates of Keras' dropout layers, the factors of its L1 and L2 on weights, and the label smoothing of its
cross-entropy. Networks and losses that differ in nothing else have one `outline`, and are trained by one graph.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
from keras import losses, ops, regularizers

SPATIAL = (keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.SpatialDropout3D)
DROPOUTS = (keras.layers.Dropout, *SPATIAL)
PENALTIES = (regularizers.L1, regularizers.L2, regularizers.L1L2)

ADJUSTED = "adjusted"
"""Stands in an outline for a value."""


def adjust(network: keras.Model) -> list[keras.Variable]:
    """Lets training of `network` read its settings from the variables that are given; its config stays what it was."""
    rates = []
    for layer in network._flatten_layers(include_self=False):
        if _drops(layer):
            # The rate, and what the rest is multiplied by, as Keras computes it to the last bit.
            rates.append(_held(layer.rate, 1 / (1 - layer.rate)))
            layer.call = _dropping(layer, rates[-1])
    shared: dict[tuple[float, float], keras.Variable] = {}
    for weight in network.trainable_variables:
        factors = _factors(weight.regularizer)
        if any(factors):
            if factors not in shared:
                shared[factors] = _held(*factors)
            weight.regularizer = _Penalty(factors, shared[factors])
    return [*rates, *shared.values()]


def adjusted(loss: Any) -> tuple[Any, list[keras.Variable]]:
    """What gives the same as a Keras loss, and the variables that it reads: none where nothing is adjustable."""
    if not _smooths(loss):
        return loss, []
    smoothing = loss.get_config()["label_smoothing"]
    shares = _held(1 - smoothing, smoothing)
    sharp = losses.CategoricalCrossentropy(**loss.get_config() | {"label_smoothing": 0.0}, dtype=loss.dtype)

    def smoothed(targets: Any, logits: Any, sample_weight: Any = None) -> Any:
        targets = ops.convert_to_tensor(targets)
        return sharp(targets * shares[0] + shares[1] / targets.shape[-1], logits, sample_weight=sample_weight)

    return smoothed, [shares]


def outline(built: Any) -> Any:
    """Equal for two networks, or two losses, whose graphs are the same once they are adjusted; None where none knows.

    Only classes of Keras' own are known to say all that they do in their configs.
    """
    if _smooths(built):
        return [built.get_config() | {"label_smoothing": ADJUSTED}, built.dtype]
    if not isinstance(built, keras.Model):
        return None
    try:
        with warnings.catch_warnings(action="error"):  # of a lambda, whose code says not all that it does
            config = keras.saving.serialize_keras_object(built)
    except Exception:  # a stranger's layer may raise anything, and need not have a config
        return None
    penalties = [weight.regularizer for weight in built.trainable_variables]
    if not (_is_of_keras(config) and all(each is None or type(each) in (*PENALTIES, _Penalty) for each in penalties)):
        return None
    alike: dict[tuple[float, float], int] = {}
    pairs = [_factors(each) for each in penalties]
    return _without_values(config, {}), [(*map(bool, pair), alike.setdefault(pair, len(alike))) for pair in pairs]


class _Penalty(regularizers.Regularizer):
    """Keras' L1 and L2 with factors from a variable `(2,)`; one that was 0 has no part in the graph."""

    def __init__(self, factors: tuple[float, float], values: keras.Variable) -> None:
        self.factors, self.values = factors, values

    def __call__(self, x: Any) -> Any:
        values = ops.cast(self.values, x.dtype)
        terms = zip(self.factors, (ops.absolute, ops.square), strict=True)
        return sum(values[place] * ops.sum(size(x)) for place, (factor, size) in enumerate(terms) if factor)


def _factors(regularizer: Any) -> tuple[float, float]:
    """L1 and L2; both 0 for none, and for a regularizer of another kind."""
    if isinstance(regularizer, _Penalty):
        return regularizer.factors
    given = regularizer.get_config() if type(regularizer) in PENALTIES else {}
    return given.get("l1", 0.0), given.get("l2", 0.0)


def _dropping(layer: Any, values: keras.Variable) -> Callable[..., Any]:
    """The `call` of a dropout layer, with its rate from a variable."""

    def call(inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        rate, scale = ops.cast(values[0], inputs.dtype), ops.cast(values[1], inputs.dtype)
        drawn = keras.random.uniform(_mask_shape(layer, inputs), dtype=inputs.dtype, seed=layer.seed_generator)
        return ops.where(drawn >= rate, inputs * scale, ops.zeros((), inputs.dtype))

    return call


def _mask_shape(layer: Any, inputs: Any) -> tuple[Any, ...]:
    sizes = ops.shape(inputs)
    if isinstance(layer, SPATIAL):
        channels = 1 if getattr(layer, "data_format", None) == "channels_first" else len(sizes) - 1
        return tuple(size if axis in (0, channels) else 1 for axis, size in enumerate(sizes))
    given = layer.noise_shape or (None,) * len(sizes)
    return tuple(size if wanted is None else wanted for size, wanted in zip(sizes, given, strict=True))


def _held(*values: float) -> keras.Variable:
    return keras.Variable(values, dtype="float32", trainable=False, autocast=False)


def _drops(layer: Any) -> bool:
    return type(layer) in DROPOUTS and 0 < layer.rate < 1


def _smooths(loss: Any) -> bool:
    return type(loss) is losses.CategoricalCrossentropy and loss.get_config()["label_smoothing"] > 0


def _is_of_keras(config: Any) -> bool:
    """Whether all that a serialised network consists of is Keras' own, and none of it a function."""
    if isinstance(config, list | tuple):
        return all(map(_is_of_keras, config))
    if not isinstance(config, dict):
        return True
    own = str(config.get("module", "keras")).split(".")[0] == "keras" and config.get("class_name") != "Lambda"
    return own and all(map(_is_of_keras, config.values()))


def _without_values(config: Any, names: dict[str, str]) -> Any:
    """A serialised network without what `adjust` takes out.

    Its layers are numbered, as Keras names later ones otherwise; the name of a policy says which numbers are computed.
    """
    if isinstance(config, list | tuple):
        return [_without_values(each, names) for each in config]
    if not isinstance(config, dict) or "Policy" in config.get("class_name", ""):
        return config
    kept = {}
    for key, value in config.items():
        if key in ("name", "keras_history", "input_layers", "output_layers"):
            kept[key] = _numbered(value, names)
        elif key != "activity_regularizer" and _is_a(value, PENALTIES):
            kept[key] = ADJUSTED
        else:
            kept[key] = _without_values(value, names)
    if _is_a(config, DROPOUTS) and 0 < config["config"]["rate"] < 1:
        kept["config"]["rate"] = ADJUSTED
    return kept


def _numbered(named: Any, names: dict[str, str]) -> Any:
    """The same with every name as a number, counted in the order in which they come."""
    if isinstance(named, list | tuple):
        return [_numbered(each, names) for each in named]
    return names.setdefault(named, f"#{len(names)}") if isinstance(named, str) else named


def _is_a(config: Any, kinds: tuple[type, ...]) -> bool:
    """Whether this is the serialised form of an object of one of these kinds."""
    return isinstance(config, dict) and "config" in config and config.get("class_name") in {k.__name__ for k in kinds}
