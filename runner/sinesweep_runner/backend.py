"""The Keras backend: threads, memory and names. The only module that speaks to TensorFlow, JAX or torch itself."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sinesweep.errors import UserError, nearest
from sinesweep_runner.deviceshare import HIDDEN, gpu_bytes, jax_settings, limit_mb, memory_fraction

# TensorFlow's notes on CPU instructions and on every new model's tracing would fill each worker's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)

NOTICE = re.compile(r"(WARNING: All log messages before absl|[IW]\d{4} \d\d:\d\d:)")
"""How the lines begin that TensorFlow's C++ writes before it listens to any setting."""


BACKENDS = ("tensorflow", "jax", "torch")
"""What Keras can train with."""


def check_installed() -> None:
    """Sees that the backend of `KERAS_BACKEND` is there, without loading it. One that is loaded is what it is.

    Raises:
        UserError: Keras has no such backend that trains, or it is not installed.
    """
    name = os.environ.get("KERAS_BACKEND", BACKENDS[0])
    if "keras" in sys.modules:
        return
    if name not in BACKENDS:
        raise UserError(
            f"KERAS_BACKEND: '{name}' cannot be loaded: expected tensorflow, jax or torch.{nearest(name, BACKENDS)}"
        )
    if importlib.util.find_spec(name) is None:
        raise UserError(f"KERAS_BACKEND: '{name}' cannot be loaded: it is not installed; pip install {name} brings it")


def load() -> None:
    """Imports Keras, which takes seconds, `without_notices`. To be called before the first `import keras`.

    Raises:
        UserError: the backend does not exist or is not installed.
    """
    try:
        with without_notices():
            importlib.import_module("keras")
    except (ImportError, ValueError) as reason:  # Keras says ValueError of a name that it does not know
        name = os.environ.get("KERAS_BACKEND", "tensorflow")
        raise UserError(
            f"KERAS_BACKEND: '{name}' cannot be loaded: {reason}. Expected tensorflow, jax or torch, and installed"
        ) from reason


@contextmanager
def without_notices() -> Iterator[None]:
    """Within, the notices that TensorFlow's C++ writes while it is loaded are left out, whoever imports it.

    They come before any setting can silence them, so what is written to standard error meanwhile is held back, and
    given out afterwards without them; nothing is, where Keras is loaded already.
    """
    if "keras" in sys.modules:
        yield
        return
    sys.stderr.flush()
    outside = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(outside, 2)
            os.close(outside)
            held.seek(0)
            told = [line for line in held.read().decode(errors="replace").splitlines() if not NOTICE.match(line)]
            sys.stderr.writelines(f"{line}\n" for line in told)


THREADS = ("OMP_NUM_THREADS", "PJRT_NPROC")
"""Where libraries read how many threads they may have; the second is XLA's, the only one that JAX listens to."""

_threads: int | None = None


def threads() -> int:
    """How many threads this process may compute with: what `limit` has set, or else one a core."""
    return _threads or os.cpu_count() or 1


@contextmanager
def without_scikit_learn() -> Iterator[None]:
    """Within, scikit-learn seems not to be installed; for a process that does nothing else meanwhile.

    Keras imports it for its scikit-learn wrappers alone, which a worker never needs, and takes a fifth longer by it.
    """
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # Python's own way to say that a module is not there
    try:
        yield
    finally:
        del sys.modules["sklearn"]


def limit(count: int, gpus: float | None = None) -> None:
    """Lets this process compute with `count` threads, and take GPU memory only as it needs it.

    Loads Keras. TensorFlow cannot change its threads once it has computed; a notebook that did keeps what it has.

    Args:
        gpus: how many it was given: with a part of one it takes no more than that part of its memory, with 0 it sees
            none. None where nobody has said so: whatever there is.
    """
    global _threads
    _threads = count
    os.environ.update(dict.fromkeys(THREADS, str(count)))
    os.environ.update(HIDDEN if gpus == 0 else jax_settings(gpus, os.environ))
    load()
    import keras

    if keras.backend.backend() == "tensorflow":
        with suppress(RuntimeError):
            _limit_tensorflow(count, gpus)
    if keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(count)
        fraction = memory_fraction(gpus)
        if fraction is not None and torch.cuda.is_available():
            torch.cuda.set_per_process_memory_fraction(fraction)


def _limit_tensorflow(threads: int, gpus: float | None) -> None:
    """TensorFlow takes a part of a GPU at once; where nobody says how much that is, it grows without a limit."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    for gpu in tf.config.list_physical_devices("GPU"):
        size_bytes = gpu_bytes() if memory_fraction(gpus) is not None else None
        most_mb = None if size_bytes is None else limit_mb(gpus, size_bytes)
        if most_mb is None:
            tf.config.experimental.set_memory_growth(gpu, True)
        else:
            tf.config.set_logical_device_configuration(gpu, [tf.config.LogicalDeviceConfiguration(most_mb)])


def device_bytes() -> int:
    """Bytes of accelerators' memory that this process uses now; 0 where it computes on the processor."""
    return _device_bytes("current", "bytes_in_use", "memory_allocated")


def device_peak_bytes() -> int:
    """The most that it has used; 0 likewise."""
    return _device_bytes("peak", "peak_bytes_in_use", "max_memory_allocated")


def _device_bytes(in_tensorflow: str, in_jax: str, in_torch: str) -> int:
    """A figure of the memory in use, by the name that each backend has for it."""
    import keras

    name = keras.backend.backend()
    if name == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_logical_devices("GPU")
        return sum(tf.config.experimental.get_memory_info(gpu.name)[in_tensorflow] for gpu in gpus)
    if name == "jax":
        import jax

        stats = [device.memory_stats() for device in jax.local_devices() if device.platform != "cpu"]
        return sum(each[in_jax] for each in stats if each)
    if name == "torch":
        import torch

        return int(getattr(torch.cuda, in_torch)()) if torch.cuda.is_available() else 0
    return 0


def release_graphs() -> None:
    """Frees what Keras and TensorFlow keep of models that are gone, and of every graph that was traced until now.

    For the gradient of each `tf.custom_gradient` in a graph, and every step of a Keras optimizer has one, TensorFlow
    notes a function under a name of its own. The note stays for ever and holds the graph, and that all its variables.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        from tensorflow.python.framework import ops

        notes = ops.gradient_registry._registry
        for name in [name for name in notes if name.startswith("CustomGradient-")]:
            del notes[name]
    keras.backend.clear_session(free_memory=False)
    gc.collect()


def compiles() -> bool:
    """Whether models are compiled with XLA.

    JAX has nothing else. On TensorFlow a compilation takes longer than many a trial, and on a CPU the compiled step
    of a small convolutional network is twice as slow; `torch.compile` is slower still to begin.
    """
    import keras

    return bool(keras.backend.backend() == "jax")


def may_compile() -> bool:
    """Whether XLA could compile a model that is not compiled anyway."""
    import keras

    return bool(keras.backend.backend() == "tensorflow")


def device_name() -> str:
    """The accelerator that this process computes on, or the processor."""
    import keras

    name = keras.backend.backend()
    if name == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")) if gpus else _cpu()
    if name == "jax":
        import jax

        device = jax.devices()[0]
        return _cpu() if device.platform == "cpu" else str(device.device_kind)
    if name == "torch":
        import torch

        return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else _cpu()
    return _cpu()


def on_host() -> AbstractContextManager[Any]:
    """Within, models are built and computed by the processor, whatever accelerator this process has."""
    import keras

    device: AbstractContextManager[Any] = keras.device("cpu:0")
    return device


@cache
def processor() -> str:
    """The kind of this machine's processor: another may sum in another order, and so round otherwise."""
    facts = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.+)$", facts.read_text(), re.M) if facts.exists() else None
    return model[1] if model else platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """The versions of Python, of Sinesweep, and of the libraries that a score depends on."""
    import keras

    return {
        "python": platform.python_version(),
        "sinesweep": version("sinesweep"),
        "keras": str(keras.__version__),
        "numpy": version("numpy"),
        "backend": f"{keras.backend.backend()} {version(distribution_name())}",
    }


def distribution_name() -> str:
    """The distribution that the backend is installed as; TensorFlow for processors alone is one of its own."""
    import keras

    name: str = {"torch": "torch", "jax": "jax"}.get(keras.backend.backend(), "tensorflow")
    try:
        version(name)
    except PackageNotFoundError:
        return "tensorflow-cpu"
    return name


def _cpu() -> str:
    return f"CPU ({platform.machine()})"
