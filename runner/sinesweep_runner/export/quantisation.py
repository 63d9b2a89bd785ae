"""Quantisation: the network in 8-bit integers, weights and activations; the front end stays as it is.

A power spectrum spans more than 80 dB, and eight bits hold 48: with the front end in integers a model hears loud sounds
alone. Ranges are the extremes that a representative set of sounds has met, and a weight's those of its channel.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sinesweep.errors import ExportError
from sinesweep.wording import brief
from sinesweep_runner.export.formats import Format
from sinesweep_runner.hush import hush

if TYPE_CHECKING:
    import keras

BITS = 8


def quantise(target: Format, file: Path, model: keras.Model, examples: np.ndarray) -> None:
    """Writes an exported file anew, its network in integers.

    Args:
        file: what `convert` wrote for `model`; it takes and gives float32 still.
        examples: a representative set of waveforms, float32 `(windows, samples)`.

    Raises:
        ExportError: the network is recurrent, or the quantiser refuses the file.
    """
    _check_no_loop(target, model)
    # What comes last turns logits into answers, and before it stands the network: see `build_answerer`.
    network = rf"/{re.escape(model.layers[-2].name)}(_\d+)?/"
    with hush():
        try:
            {"litert": _litert, "onnx": _onnx}[target.value](file, network, examples)
        except Exception as reason:  # the quantisers raise whatever their parts do
            raise ExportError(
                f"this model has no int8 in {target.value}: {brief(reason).rstrip('.')}. Leave --int8 out"
            ) from reason


def _check_no_loop(target: Format, model: keras.Model) -> None:
    """The quantisers do not see into a loop; ONNX Runtime's ends the process where there is one."""
    import keras

    recurrent = [layer.name for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
    if recurrent:
        raise ExportError(
            f"a recurrent network has no int8 in {target.value}: its layer '{recurrent[0]}' is a loop, into which no"
            " quantiser sees. Leave --int8 out, or take a network without recurrence"
        )


def _litert(file: Path, network: str, examples: np.ndarray) -> None:
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.quantizer import Quantizer

    quantizer = Quantizer(file)
    operations = qtyping.TFLOperationName.ALL_SUPPORTED
    quantizer.add_static_config(network, operations, activation_num_bits=BITS, weight_num_bits=BITS)
    ranges: dict[str, dict[str, Any]] = {}
    for wave in examples:  # one by one: of many the quantiser takes a running mean, which cuts the loudest off
        for name, found in quantizer.calibrate({"serving_default": [{"waveform": wave[None]}]}).items():
            known = ranges.setdefault(name, dict(found))
            known["min"] = np.minimum(known["min"], found["min"])
            known["max"] = np.maximum(known["max"], found["max"])
    quantised = bytes(quantizer.quantize(ranges).quantized_model)
    file.write_bytes(quantised)


def _onnx(file: Path, network: str, examples: np.ndarray) -> None:
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    class Examples(CalibrationDataReader):
        """The representative set, one by one."""

        def __init__(self) -> None:
            self._waves = iter(examples)

        def get_next(self) -> dict[str, np.ndarray] | None:
            """The next one; None where there is no more."""
            wave = next(self._waves, None)
            return None if wave is None else {"waveform": wave[None]}

    nodes = onnx.load(file).graph.node
    outside = [node.name for node in nodes if not re.search(network, node.name)]
    kinds = {"activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8}
    quantize_static(file, file, Examples(), nodes_to_exclude=outside, per_channel=True, **kinds)
