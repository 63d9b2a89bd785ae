"""The Fourier transform as products of matrices, for exports."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep_plugins.features.layers.clip_by_clip import LONG
from sinesweep_plugins.features.layers.fourier import FourierProducts
from sinesweep_plugins.features.log_mel import LogMel


@pytest.mark.parametrize("length", [2, 3, 64, 97, 200, 256, 551, 1102, 2048])
def test_products_of_matrices_give_the_energies_of_a_fourier_transform(length):
    frames = np.random.default_rng(length).normal(0, 0.2, (2, 3, length)).astype("float32")
    expected = np.abs(np.fft.rfft(frames)) ** 2
    assert np.asarray(FourierProducts(length).energy(frames)) == pytest.approx(
        expected, abs=2e-6 * float(expected.max())
    )


def test_frames_that_are_too_short_end_in_zeros():
    frames = np.random.default_rng(0).normal(0, 0.2, (1, 2, 200)).astype("float32")
    expected = np.abs(np.fft.rfft(frames, 256)) ** 2
    assert np.asarray(FourierProducts(256).energy(frames)) == pytest.approx(expected, abs=2e-6 * float(expected.max()))


@pytest.mark.parametrize("target", ["litert", "onnx", "saved_model"])
@pytest.mark.parametrize("fft_size", ["power_of_two", "window"])
def test_a_front_end_that_is_told_of_its_export_computes_the_same(target, fft_size):
    waves = np.random.default_rng(0).normal(0, 0.1, (2, LONG + 1)).astype("float32")
    layer = LogMel(fft_size=fft_size).layer(16000)
    before = np.asarray(layer(waves))
    for part in layer._flatten_layers():
        if hasattr(part, "lower"):
            part.lower(target)
    assert np.asarray(layer(waves)) == pytest.approx(before, abs=1e-3)
