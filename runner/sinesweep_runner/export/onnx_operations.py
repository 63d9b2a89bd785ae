"""Operations of TensorFlow that tf2onnx does not know, in those of ONNX."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def register() -> None:
    """Tells tf2onnx of them, once; it looks handlers up by the operation's name."""
    from tf2onnx.handler import tf_op

    tf_op("Log1p")(Log1p)
    tf_op("Expm1")(Expm1)
    tf_op("Erfc")(Erfc)


class Log1p:
    """`log(1 + x)`; below 1e-7 it gives 0."""

    @classmethod
    def version_7(cls, graph: Any, node: Any, **_: Any) -> None:
        """Since opset 7."""
        _replace(graph, node, ["Add", "Log"])


class Expm1:
    """`exp(x) - 1`; below 1e-7 it gives 0."""

    @classmethod
    def version_7(cls, graph: Any, node: Any, **_: Any) -> None:
        """Since opset 7."""
        _replace(graph, node, ["Exp", "Sub"])


class Erfc:
    """`1 - erf(x)`: in GELU."""

    @classmethod
    def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
        """Since opset 9."""
        _replace(graph, node, ["Erf", "Neg", "Add"])


def _replace(graph: Any, node: Any, operations: list[str]) -> None:
    """One node becomes several, one behind another; a second operand is 1."""
    import numpy as np
    from tf2onnx import utils

    shapes, types = node.output_shapes, node.output_dtypes
    value, outputs = node.input[0], node.output
    graph.remove_node(node.name)
    one = graph.make_const(utils.make_name("one"), np.array(1, np.float32)).output[0]
    *inner, last = operations
    for operation in inner:
        value = graph.make_node(operation, _operands(operation, value, one)).output[0]
    graph.make_node(last, _operands(last, value, one), name=node.name, outputs=outputs, shapes=shapes, dtypes=types)


def _operands(operation: str, value: str, one: str) -> list[str]:
    return [value, one] if operation in ("Add", "Sub") else [value]
