"""Costs: what a network takes of memory, arithmetic and time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sinesweep.objectives import MODEL_BYTES, MULTIPLY_ADDS, PARAMETERS

if TYPE_CHECKING:
    import keras

ANSWERS, FIRST_ANSWERS = 30, 3
"""So many answers are timed, after the first ones, in which a graph is traced and caches are filled."""


def costs(network: keras.Model) -> dict[str, float]:
    """What is known of a network from its shapes alone, by the names of `sinesweep.objectives.COSTS`."""
    return {
        PARAMETERS: int(network.count_params()),
        MULTIPLY_ADDS: multiply_adds(network),
        MODEL_BYTES: sum(math.prod(each.shape) * np.dtype(each.dtype).itemsize for each in network.weights),
    }


def multiply_adds(network: keras.Model) -> int:
    """The multiplications of one answer, from the shapes that a network was built with.

    A kernel counts its size at every place where it is applied: that is true of dense, convolutional, separable and
    recurrent layers alike, bidirectional or not, and is taken to be true of a stranger's layers. Attention adds the
    products of its queries, keys and values. Whatever has no kernel counts nothing.
    """
    calls = ((node.operation, _shapes(node.input_tensors), _shapes(node.outputs)) for node in _nodes(network))
    return sum(_of_call(operation, taken, given) for operation, taken, given in calls)


def activations(network: keras.Model) -> int:
    """How many numbers its layers give for one example, those of a model that is a layer included.

    A side of an answer that only the call will tell counts as one.
    """
    import keras

    return sum(
        activations(node.operation)
        if isinstance(node.operation, keras.Model)
        else sum(math.prod(side or 1 for side in shape) for shape in _shapes(node.outputs))
        for node in _nodes(network)
    )


def latency_ms(answerer: keras.Model) -> float:
    """The median time of an answer to one example on the processor, by a copy of the model, once it is warm."""
    import keras

    example = np.zeros((1, *answerer.input_shape[1:]), np.float32)
    took = []
    with keras.device("cpu:0"):  # a copy, because its weights have to lie there too
        copy = keras.models.clone_model(answerer)
        copy.jit_compile = answerer.jit_compile
        for _ in range(FIRST_ANSWERS + ANSWERS):
            began = time.perf_counter()
            copy.predict_on_batch(example)
            took.append(time.perf_counter() - began)
    return float(1e3 * np.median(took[FIRST_ANSWERS:]))


def _nodes(network: keras.Model) -> Iterator[Any]:
    """One node a call of a layer, with its shapes; only those on the way from the inputs to the outputs."""
    import keras

    graph = keras.Function(network.inputs, network.outputs)
    return (node for depth in graph._nodes_by_depth.values() for node in depth)


def _shapes(tensors: Sequence[Any]) -> list[tuple[int, ...]]:
    """Shapes without the batch."""
    return [tuple(each.shape[1:]) for each in tensors]


def _of_call(layer: Any, taken: Sequence[tuple[int, ...]], given: Sequence[tuple[int, ...]]) -> int:
    """The multiplications of one call of a layer or an operation."""
    import keras

    layers = keras.layers
    if isinstance(layer, keras.Model):
        return multiply_adds(layer)
    held = [each for each in vars(layer).values() if isinstance(each, keras.Model)]
    if held:  # such as a model in TimeDistributed; one that does not give the layer's answer is for training alone
        return sum(multiply_adds(each) * _times(given[0], each.output_shape[1:]) for each in held)
    kernels = sum(math.prod(each.shape) for each in getattr(layer, "weights", ()) if each.name.endswith("kernel"))
    if isinstance(layer, layers.MultiHeadAttention | layers.GroupQueryAttention):
        queries, keys = math.prod(taken[0][:-1]), math.prod(taken[1][:-1])
        return kernels * queries + queries * keys * _heads_width(layer)
    recurrent = layers.RNN | layers.Bidirectional
    transposed = layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose
    if not kernels:
        return 0
    return kernels * _places(layer, taken[0] if isinstance(layer, recurrent | transposed) else given[0], recurrent)


def _times(shape: tuple[int, ...], part: tuple[int, ...]) -> int:
    """How many times a shape holds another one, whole; 0 where it does not."""
    return math.prod(shape[: -len(part)]) if shape[-len(part) :] == tuple(part) else 0


def _places(layer: Any, shape: tuple[int, ...], recurrent: Any) -> int:
    """At how many places of a shape a layer applies its kernels: all steps, or all but the channels."""
    if isinstance(layer, recurrent):
        return shape[0]
    first = getattr(layer, "data_format", None) == "channels_first"
    return math.prod(shape[1:] if first else shape[:-1])


def _heads_width(attention: Any) -> int:
    """The multiplications of attention for one pair of a query and a key."""
    heads = getattr(attention, "num_heads", None) or attention.num_query_heads
    key = getattr(attention, "key_dim", None) or attention.head_dim
    return int(heads * (key + (getattr(attention, "value_dim", None) or key)))
