"""Parzen estimators: how likely candidates are among observed points, in all dimensions at once.

Optuna's, with its kernels: truncated normal distributions as wide as the distance to the next point, and for options
the shares of a count. Optuna goes through one dimension after another; here all numbers lie in one array, and the
distances between candidates and kernels are one product of matrices. Candidates and densities are the same up to
rounding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import _truncnorm
from scipy.special import log_ndtr, ndtr

# Optuna computes the normal distribution number by number. SciPy does it for whole arrays.
_truncnorm._log_ndtr, _truncnorm._ndtr = log_ndtr, ndtr

NARROWEST = 100
"""No kernel is narrower than this part of its range."""


class ParzenEstimator:
    """A mixture of one kernel an observed point, and one over the whole space."""

    def __init__(self, space: Mapping[str, BaseDistribution], observed: np.ndarray, weights: np.ndarray) -> None:
        """Lays the kernels.

        Args:
            space: the parameters.
            observed: their values as Optuna counts them inside, of shape (points, parameters).
            weights: of each point; one that no point has weighs 1.
        """
        self._weights = np.append(weights, 1.0) / (weights.sum() + 1.0)
        self._options: dict[int, np.ndarray] = {}
        numbers: dict[int, FloatDistribution | IntDistribution] = {}
        for column, each in enumerate(space.values()):
            if isinstance(each, CategoricalDistribution):
                self._options[column] = _shares(observed[:, column], len(each.choices))
            elif isinstance(each, FloatDistribution | IntDistribution):
                numbers[column] = each
        self._columns, self._size = list(numbers), len(space)
        self._numbers = Numbers(list(numbers.values()), observed[:, self._columns].T) if numbers else None

    def sample(self, chance: np.random.RandomState, count: int) -> np.ndarray:
        """So many candidates, of shape (candidates, parameters)."""
        kernels = chance.choice(len(self._weights), p=self._weights, size=count)
        candidates = np.empty((count, self._size))
        for column, shares in self._options.items():
            drawn = chance.rand(count)
            below = np.cumsum(shares[kernels], axis=1)[:, :-1]
            candidates[:, column] = (below < drawn[:, np.newaxis]).sum(axis=1)
        if self._numbers is not None:
            candidates[:, self._columns] = self._numbers.sample(chance, kernels).T
        return candidates

    def log_density(self, candidates: np.ndarray) -> np.ndarray:
        """The logarithm of the density at each candidate, of shape (candidates,)."""
        by_kernel = np.zeros((len(candidates), len(self._weights)))
        for column, shares in self._options.items():
            by_kernel += np.log(shares[:, candidates[:, column].astype(int)]).T
        if self._numbers is not None:
            self._numbers.add_log_densities(by_kernel, candidates[:, self._columns].T)
        by_kernel += np.log(self._weights)
        highest = by_kernel.max(axis=1, keepdims=True)
        by_kernel -= highest
        return np.asarray(np.log(np.exp(by_kernel, out=by_kernel).sum(axis=1)) + highest[:, 0])


def _shares(observed: np.ndarray, options: int) -> np.ndarray:
    """How likely each option is in each kernel: an array of shape (kernels, options)."""
    kernels = len(observed) + 1
    shares = np.full((kernels, options), 1 / kernels)
    shares[np.arange(len(observed)), observed.astype(int)] += 1
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


class Numbers:
    """The kernels in all dimensions that are numbers, as arrays of shape (dimensions, kernels)."""

    def __init__(self, space: list[FloatDistribution | IntDistribution], observed: np.ndarray) -> None:
        """Lays them around points, of shape (dimensions, points)."""
        self._log = np.array([each.log for each in space])
        self._step = np.array([[each.step or 0.0] for each in space])
        self._ends = np.array([[[each.low] for each in space], [[each.high] for each in space]], dtype=float)
        self._low, self._high = (
            self._scaled(self._ends[0] - self._step / 2),
            self._scaled(self._ends[1] + self._step / 2),
        )
        points, width = self._scaled(observed), self._high - self._low
        self._mus = np.hstack([points, (self._low + self._high) / 2])
        self._sigmas = np.hstack([_distances(points, self._low, self._high), width])
        np.clip(self._sigmas, width / min(NARROWEST, 2 + points.shape[1]), width, out=self._sigmas)

    def sample(self, chance: np.random.RandomState, kernels: np.ndarray) -> np.ndarray:
        """A value from each of these kernels, of shape (dimensions, candidates)."""
        mus, sigmas = self._mus[:, kernels], self._sigmas[:, kernels]
        ends = (self._low - mus) / sigmas, (self._high - mus) / sigmas
        values = _truncnorm.rvs(*ends, loc=mus, scale=sigmas, random_state=chance)
        values[self._log] = np.exp(values[self._log])
        if (stepped := self._step[:, 0] > 0).any():
            (low, high), step = self._ends[:, stepped], self._step[stepped]
            values[stepped] = np.clip(low + np.round((values[stepped] - low) / step) * step, low, high)
        return np.asarray(values)

    def add_log_densities(self, by_kernel: np.ndarray, candidates: np.ndarray) -> None:
        """Adds those of each kernel at each candidate to an array of shape (candidates, kernels)."""
        for row in np.flatnonzero(self._step).tolist():
            by_kernel += self._log_mass_around(row, candidates[row])
        if (smooth := self._step[:, 0] == 0).any():
            by_kernel += self._log_densities(smooth, self._scaled(candidates)[smooth])
        by_kernel -= self._log_masses.sum(axis=0)

    @cached_property
    def _log_masses(self) -> np.ndarray:
        """What of each kernel lies in the range."""
        lows, highs = (self._low - self._mus) / self._sigmas, (self._high - self._mus) / self._sigmas
        return np.asarray(_truncnorm._log_gauss_mass(lows, highs))

    def _log_densities(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Of untruncated kernels: the square of a distance is three terms, each of them a product of what depends on
        the candidate and what depends on the kernel."""
        middle = (self._low[rows] + self._high[rows]) / 2  # counted from here the terms stay small
        mus, sigmas, places = self._mus[rows] - middle, self._sigmas[rows], places - middle
        weights = sigmas**-2
        of_kernels = -(mus**2 * weights / 2 + np.log(sigmas) + math.log(2 * math.pi) / 2).sum(axis=0)
        of_candidates = np.vstack([places**2, places, np.ones(places.shape[1])])
        return np.asarray(of_candidates.T @ np.vstack([-weights / 2, mus * weights, of_kernels]))

    def _log_mass_around(self, row: int, values: np.ndarray) -> np.ndarray:
        """Of untruncated kernels in the step around each value; few values and few kernels are distinct."""
        distinct, of_value = np.unique(values, return_inverse=True)
        kernels = self._mus[row] + 1j * self._sigmas[row]
        kernels, of_kernel = np.unique(kernels, return_inverse=True)
        scaled = np.log if self._log[row] else np.asarray
        half = self._step[row] / 2
        ends = ((scaled(distinct + side)[:, np.newaxis] - kernels.real) / kernels.imag for side in (-half, half))
        return np.asarray(_truncnorm._log_gauss_mass(*ends)[np.ix_(of_value, of_kernel)])

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        """Logarithms where the dimension is one, in a fresh array of shape (dimensions, values)."""
        values = np.array(values, dtype=float)
        values[self._log] = np.log(values[self._log])
        return values


def _distances(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """From each point to its farther neighbour, in each dimension; for the outermost the end of the range is none."""
    order = np.argsort(points, axis=1)
    gaps = np.diff(np.hstack([low, np.take_along_axis(points, order, axis=1), high]), axis=1)
    farther = np.maximum(gaps[:, :-1], gaps[:, 1:])
    if points.shape[1] > 1:
        farther[:, 0], farther[:, -1] = gaps[:, 1], gaps[:, -2]
    distances = np.empty_like(farther)
    np.put_along_axis(distances, order, farther, axis=1)
    return distances
