"""The Fourier transform as products of matrices, for what runs a model and has no fast one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops


class FourierProducts:
    """The discrete Fourier transform of real numbers, `(batch, frames, samples)` → energies `(batch, frames, bins)`.

    Of a length that is a product, `rows · columns`, the transform is one over the columns, a turn of every number,
    and one over the rows (Cooley & Tukey, Mathematics of Computation 19, 1965). The nearer the two to each other, the
    smaller the matrices: 64 × 64 of a length of 4,096, where one matrix would hold 4,096 × 2,049 complex numbers. A
    prime length has that one.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.rows = next(count for count in range(math.isqrt(length), 0, -1) if length % count == 0)
        self.columns = length // self.rows
        self.kept = self.columns // 2 + 1  # these hold all bins up to half the rate

    def energy(self, frames: Any) -> Any:
        """Of every bin from 0 to half the rate, as `ops.rfft` has it; frames shorter than `length` end in zeros."""
        _, count, samples = frames.shape
        filled = ops.pad(frames, [[0, 0], [0, 0], [0, self.length - samples]])
        table = ops.reshape(filled, (-1, count, self.rows, self.columns))
        real, imaginary = self._along_the_columns(ops.transpose(table, (0, 1, 3, 2)))
        both = ops.transpose(ops.concatenate([real, imaginary], axis=2), (0, 1, 3, 2))
        both = ops.matmul(both, self._along_the_rows())
        energy = ops.square(both[..., : self.kept]) + ops.square(both[..., self.kept :])
        in_order = ops.reshape(ops.transpose(energy, (0, 1, 3, 2)), (-1, count, self.kept * self.rows))
        return in_order[..., : self.length // 2 + 1]

    def _along_the_columns(self, table: Any) -> tuple[Any, Any]:
        """`(…, columns, rows)` → the real and the imaginary part of the same shape, turned."""
        waves = _waves(self.rows, self.rows, self.rows)
        turns = _waves(self.columns, self.rows, self.length)
        real, imaginary = ops.matmul(table, _single(waves.real)), ops.matmul(table, _single(waves.imag))
        cosines, sines = _single(turns.real), _single(turns.imag)
        return real * cosines - imaginary * sines, real * sines + imaginary * cosines

    def _along_the_rows(self) -> np.ndarray[Any, Any]:
        """Real and imaginary parts side by side → the same, `(2 · columns, 2 · kept)`."""
        waves = _waves(self.columns, self.kept, self.columns)
        return _single(np.block([[waves.real, waves.imag], [-waves.imag, waves.real]]))


def _waves(times: int, frequencies: int, period: int) -> np.ndarray[Any, Any]:
    """`exp(-2πi · time · frequency / period)`, complex `(times, frequencies)`."""
    return np.exp(-2j * np.pi * np.outer(np.arange(times), np.arange(frequencies)) / period)


def _single(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return numbers.astype("float32")
