"""Conversion: a Keras model as a file of another format. Whether the file is any good is seen when it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sinesweep.errors import ExportError
from sinesweep.wording import brief
from sinesweep_runner.export.formats import Format
from sinesweep_runner.export.lowering import lower
from sinesweep_runner.export.onnx_operations import register
from sinesweep_runner.hush import hush

if TYPE_CHECKING:
    import keras


def convert(model: keras.Model, target: Format, file: Path) -> None:
    """Writes a model, which is lowered by that.

    Args:
        model: float32 `(batch, samples)` → answers `(batch, outputs)`.
        file: a file, or the folder of a SavedModel; it is there afterwards.

    Raises:
        ExportError: the converter refuses the model.
        PluginFault: a layer's `lower` raised.
    """
    import keras

    lower(model, target)
    wave = keras.InputSpec(dtype="float32", shape=(target.windows, *model.input_shape[1:]), name="waveform")
    with hush():
        try:
            {"litert": _litert, "onnx": _onnx, "saved_model": _saved_model}[target.value](model, file, wave)
        except Exception as reason:  # the converters raise whatever their parts do
            raise ExportError(
                f"this model cannot be exported to {target.value}: {brief(reason).rstrip('.')}. Take another --format;"
                " saved_model holds whatever Keras can compute"
            ) from reason


def _litert(model: keras.Model, file: Path, wave: keras.InputSpec) -> None:
    import tensorflow as tf

    # Keras would allow operations of TensorFlow itself, which the small runtime does not have.
    own = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    model.export(file, format="litert", verbose=False, input_signature=[wave], target_spec=own)


def _onnx(model: keras.Model, file: Path, wave: keras.InputSpec) -> None:
    import onnx

    register()
    model.export(file, format="onnx", verbose=False, input_signature=[wave])
    onnx.checker.check_model(file)  # Keras says nothing of an operation that ONNX does not have


def _saved_model(model: keras.Model, file: Path, wave: keras.InputSpec) -> None:
    model.export(file, format="tf_saved_model", verbose=False, input_signature=[wave])
