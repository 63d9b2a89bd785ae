"""A share of a GPU is what a process gets of its memory, whichever backend computes; processors are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sinesweep_runner import backend
from sinesweep_runner.deviceshare import gpu_bytes, jax_settings, limit_mb, memory_fraction

GIB = 2**30


@pytest.mark.parametrize("gpus", [None, 0, 1, 2.0, 8])
def test_whole_gpus_and_none_have_no_limit(gpus):
    assert memory_fraction(gpus) is None
    assert limit_mb(gpus, 16 * GIB) is None


@pytest.mark.parametrize("workers", [2, 3, 4, 10])
def test_the_shares_of_all_workers_leave_room_for_what_no_backend_counts(workers):
    assert workers * memory_fraction(1 / workers) == pytest.approx(0.9)


def test_half_of_a_gpu_in_mebibytes():
    assert limit_mb(0.5, 16 * GIB) == 7372


def test_jax_takes_its_part_at_once_and_a_whole_gpu_as_it_needs_it():
    assert jax_settings(0.5, {}) == {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.4500"}
    assert jax_settings(1, {}) == {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    assert jax_settings(None, {}) == {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


@pytest.mark.parametrize(("wanted", "told"), [("cuda", "cuda,cpu"), ("cuda,cpu", None), ("cpu", None), ("", None)])
def test_beside_the_platforms_that_a_person_wants_jax_has_the_processor(wanted, told):
    assert jax_settings(1, {"JAX_PLATFORMS": wanted}).get("JAX_PLATFORMS") == told


@pytest.mark.parametrize(
    ("gpus", "chosen"),
    [
        (0.5, {"XLA_CLIENT_MEM_FRACTION": "0.3"}),
        (0.5, {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.3"}),
        (1, {"XLA_PYTHON_CLIENT_PREALLOCATE": "true"}),
    ],
)
def test_what_a_person_has_told_jax_stays(gpus, chosen):
    assert jax_settings(gpus, chosen) == {}


def fake_nvidia_smi(folder: Path, answer: str) -> None:
    script = folder / "nvidia-smi"
    script.write_text(f'#!/bin/sh\necho "$@" > {folder}/asked\necho "{answer}"\n')
    script.chmod(0o755)


@pytest.mark.parametrize(("visible", "asked"), [("GPU-4b1d", "--id=GPU-4b1d"), ("2,3", "--id=2"), (None, "--id=0")])
def test_the_memory_of_the_gpu_that_a_worker_was_given_is_asked_for(tmp_path, monkeypatch, visible, asked):
    fake_nvidia_smi(tmp_path, "143771")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpu_bytes() == 143771 * 2**20
    assert asked in (tmp_path / "asked").read_text().split()


def test_a_driver_that_does_not_tell_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu_bytes() is None
    fake_nvidia_smi(tmp_path, "[N/A]")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    assert gpu_bytes() is None


LIMIT = """
from sinesweep_runner import backend
backend.limit(1, 0.5)
import tensorflow as tf
print(backend.device_bytes(), len(tf.config.list_logical_devices("CPU")), backend.threads())
"""


def test_a_share_of_a_gpu_that_is_not_there_changes_nothing():
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
    told = subprocess.run([sys.executable, "-c", LIMIT], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0", "1", "1"]


class Gpu:
    """TensorFlow's settings as it has them on a machine with one GPU; notes what is set."""

    def __init__(self):
        self.limits, self.grows = [], False
        self.config = self.threading = self.experimental = self

    def set_intra_op_parallelism_threads(self, count): ...

    def set_inter_op_parallelism_threads(self, count): ...

    def list_physical_devices(self, kind):
        return ["GPU:0"]

    def LogicalDeviceConfiguration(self, memory_limit):  # noqa: N802 - TensorFlow's own name
        return memory_limit

    def set_logical_device_configuration(self, gpu, limits):
        self.limits = limits

    def set_memory_growth(self, gpu, grows):
        self.grows = grows


@pytest.mark.parametrize(
    ("gpus", "told_mb", "limits", "grows"),
    [(0.25, 16384, [3686], False), (1, 16384, [], True), (None, 16384, [], True), (0.25, None, [], True)],
    ids=["a part", "a whole one", "nobody has said so", "nobody says how much there is"],
)
def test_tensorflow_takes_no_more_than_its_part(monkeypatch, gpus, told_mb, limits, grows):
    here = Gpu()
    monkeypatch.setitem(sys.modules, "tensorflow", here)
    monkeypatch.setattr(backend, "gpu_bytes", lambda: told_mb and told_mb * 2**20)
    backend._limit_tensorflow(1, gpus)
    assert (here.limits, here.grows) == (limits, grows)


@pytest.fixture
def at_load(monkeypatch):
    """A process with two GPUs, in which no backend is loaded; what its environment was when Keras was loaded."""
    seen = {}
    environment = {"CUDA_VISIBLE_DEVICES": "0,1", "PJRT_NPROC": "64"}
    monkeypatch.setattr(os, "environ", environment)
    monkeypatch.setattr(backend, "load", lambda: seen.update(environment))
    monkeypatch.setattr(backend, "_threads", None)
    return seen


def computing_with(name):
    """Keras, with this backend."""
    return SimpleNamespace(backend=SimpleNamespace(backend=lambda: name))


@pytest.mark.parametrize(("gpus", "visible"), [(0, "-1"), (None, "0,1"), (0.5, "0,1"), (1, "0,1")])
def test_a_process_that_was_given_no_gpu_sees_none_before_keras_is_loaded(monkeypatch, at_load, gpus, visible):
    monkeypatch.setitem(sys.modules, "keras", computing_with("jax"))
    backend.limit(2, gpus)
    assert at_load["CUDA_VISIBLE_DEVICES"] == visible


def test_the_threads_of_a_process_are_said_before_keras_is_loaded_in_words_that_jax_understands(monkeypatch, at_load):
    monkeypatch.setitem(sys.modules, "keras", computing_with("jax"))
    backend.limit(3)
    assert (at_load["PJRT_NPROC"], at_load["OMP_NUM_THREADS"], backend.threads()) == ("3", "3", 3)


class Torch:
    """PyTorch's settings; notes what is set."""

    def __init__(self, has_gpu):
        self.fractions, self.threads, self.has_gpu = [], 0, has_gpu
        self.cuda = self

    def is_available(self):
        return self.has_gpu

    def set_num_threads(self, count):
        self.threads = count

    def set_per_process_memory_fraction(self, fraction):
        self.fractions.append(fraction)


@pytest.mark.parametrize(
    ("gpus", "has_gpu", "fractions"),
    [(0.25, True, [0.225]), (1, True, []), (None, True, []), (0.25, False, [])],
    ids=["a part", "a whole one", "nobody has said so", "there is none"],
)
def test_torch_takes_no_more_than_its_part(monkeypatch, at_load, gpus, has_gpu, fractions):
    here = Torch(has_gpu)
    monkeypatch.setitem(sys.modules, "keras", computing_with("torch"))
    monkeypatch.setitem(sys.modules, "torch", here)
    backend.limit(2, gpus)
    assert here.fractions == pytest.approx(fractions)
    assert here.threads == 2
