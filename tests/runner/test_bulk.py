"""A front end is compiled for hours of sound, gives the same numbers, and is left alone where it cannot be."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sinesweep.configuration import Parts
from sinesweep.lengths import Length
from sinesweep_runner import backend
from sinesweep_runner.training import bulk
from sinesweep_runner.training.assembly import build_front, check
from sinesweep_runner.training.batches import answers
from sinesweep_runner.training.windows import Windows

LENGTH = Length("pad", 4000, 24_000)  # long enough to be taken clip by clip


@pytest.fixture
def windows(tmp_path):
    rng = np.random.default_rng(0)
    files = [str(tmp_path / f"{i}.npy") for i in range(5)]
    for file in files:
        np.save(file, rng.normal(0, 0.1, 24_000).astype(np.float32))
    return Windows(files, range(5), LENGTH)


class Untranslatable(keras.Layer):
    """Calls Python, for which XLA has no code."""

    def call(self, waves):
        import tensorflow as tf

        doubled = tf.numpy_function(lambda each: 2 * each, [waves], tf.float32)
        return tf.reshape(doubled, (-1, 240, 100))


def the_front(make_config):
    config = make_config(features={"name": "log_mel"})
    return build_front(Parts.of(config), config, LENGTH, check(config, LENGTH))


@pytest.mark.skipif(not backend.may_compile(), reason="this backend compiles always, or never")
def test_hours_of_sound_go_through_a_compiled_front_end_that_gives_the_same(make_config, windows, monkeypatch):
    front, rows = the_front(make_config), np.arange(5)
    monkeypatch.setattr(bulk, "WORTH_BYTES", windows.size_bytes())
    compiled = bulk.for_bulk(front, windows)
    assert compiled.jit_compile
    np.testing.assert_allclose(answers(compiled, windows, rows), answers(front, windows, rows), atol=1e-3)


def test_a_little_sound_is_not_worth_compiling(make_config, windows):
    front = the_front(make_config)
    assert bulk.for_bulk(front, windows) is front


@pytest.mark.skipif(not backend.may_compile(), reason="this backend compiles always, or never")
def test_a_layer_that_cannot_be_compiled_runs_as_it_is(windows, monkeypatch):
    waveform = keras.Input((24_000,))
    front = keras.Model(waveform, Untranslatable()(waveform))
    front.jit_compile = False
    monkeypatch.setattr(bulk, "WORTH_BYTES", 0)
    assert bulk.for_bulk(front, windows) is front
    assert answers(front, windows, np.arange(5)).shape == (5, 240, 100)
