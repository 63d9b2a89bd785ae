"""Runtimes: what runs an exported file. No Keras."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sinesweep_runner.export.formats import Format
from sinesweep_runner.hush import hush

Answering = Callable[[np.ndarray], np.ndarray]
"""float32 waveforms `(windows, samples)` → answers `(windows, outputs)`."""


def start(target: Format) -> str:
    """Imports the runtime of a format; its name and version. Raises ExportError where it is not installed."""
    target.check_runtime()
    if target is Format.LITERT:
        import ai_edge_litert.interpreter  # noqa: F401

        return f"ai-edge-litert {version('ai-edge-litert')}"
    if target is Format.ONNX:
        import onnxruntime

        return f"onnxruntime {onnxruntime.__version__}"
    import tensorflow as tf

    return f"tensorflow {tf.__version__}"


def open_file(target: Format, file: Path, threads: int) -> Answering:
    """Makes an exported file ready to answer on the processor; raises whatever the runtime does.

    Args:
        threads: how many it may compute with. TensorFlow keeps what it had if it has computed before.
    """
    return {"litert": _litert, "onnx": _onnx, "saved_model": _saved_model}[target.value](file, threads)


def _litert(file: Path, threads: int) -> Answering:
    from ai_edge_litert.interpreter import Interpreter

    with hush():
        interpreter = Interpreter(str(file), num_threads=threads)
        interpreter.allocate_tensors()
    [given], [told] = interpreter.get_input_details(), interpreter.get_output_details()

    def answer(wave: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(given["index"], wave[None])
        interpreter.invoke()
        return interpreter.get_tensor(told["index"])[0]

    return lambda waves: np.stack([answer(wave) for wave in waves])


def _onnx(file: Path, threads: int) -> Answering:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    [given] = session.get_inputs()
    return lambda waves: session.run(None, {given.name: waves})[0]


def _saved_model(file: Path, threads: int) -> Answering:
    import tensorflow as tf

    with suppress(RuntimeError):  # it has computed before
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    loaded = tf.saved_model.load(str(file))

    def answer(waves: np.ndarray) -> np.ndarray:
        with tf.device("/CPU:0"):
            return loaded.serve(tf.constant(waves)).numpy()

    return answer
