"""Octaves of a spectrum, as `librosa.feature.spectral_contrast` 0.11 cuts them; plain numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sinesweep.errors import Infeasible


class Octave(NamedTuple):
    """The bins `first … stop - 1` of a spectrum; its `few` weakest and its `few` strongest are looked at."""

    first: int
    stop: int
    few: int


def octaves(rate_hz: int, fft_length: int, count: int, octaves_from_hz: float, quantile: float) -> list[Octave]:
    """All below `octaves_from_hz`, then `count` octaves above it, the last of which goes on to half the rate.

    Raises:
        Infeasible: one begins above half the rate, or has no bin.
    """
    edges_hz = np.concatenate([[0.0], octaves_from_hz * 2.0 ** np.arange(count + 1)])
    if edges_hz[-2] >= rate_hz / 2:
        raise Infeasible(
            f"the highest of n_octaves {count} octaves begins at {edges_hz[-2]:g} Hz, over half the sample rate of"
            f" {rate_hz} Hz; take fewer octaves or a lower octaves_from_hz"
        )
    bins_hz = np.fft.rfftfreq(fft_length, 1 / rate_hz)
    return [_octave(bins_hz, edges_hz, place, quantile) for place in range(count + 1)]


def _octave(bins_hz: np.ndarray, edges_hz: np.ndarray, place: int, quantile: float) -> Octave:
    """An octave takes one bin from its neighbour below and leaves its highest to the one above."""
    low_hz, high_hz = edges_hz[place : place + 2]
    inside = np.flatnonzero((bins_hz >= low_hz) & (bins_hz <= high_hz))
    last = place == len(edges_hz) - 2
    if len(inside) < (2 if place == 0 else 1):
        raise Infeasible(
            f"no bin of the spectrum lies between {low_hz:g} and {high_hz:g} Hz; they are {bins_hz[1]:g} Hz apart:"
            " take a longer window or a higher octaves_from_hz"
        )
    first = inside[0] if place == 0 else inside[0] - 1
    end = len(bins_hz) if last else inside[-1] + 1
    few = max(1, int(np.rint(quantile * (end - first))))
    return Octave(int(first), int(end if last else end - 1), few)
