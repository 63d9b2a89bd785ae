"""Shelf: the apparatuses that this process has used last, whose graphs later trials use again.

A backend traces, and perhaps compiles, a graph at its first use, which takes as long as a hundred steps. Two folds of a
trial, two seeds, two learning rates, two strengths of an augmentation or, see `adjustable`, two dropout rates differ in
the values of variables alone. So an apparatus whose structure is that of one on the shelf hands its values over to
that, whose graphs are there already. A search goes to and fro between architectures, and promotes trials that it has
left: hence there stands more than one.
"""

from __future__ import annotations

import dataclasses
import itertools
import random

import keras
import numpy as np

from sinesweep_runner import backend
from sinesweep_runner.training.apparatus import Apparatus, assemble
from sinesweep_runner.training.inputs import Inputs
from sinesweep_runner.training.scale import Scale
from sinesweep_runner.training.structure import Structure, Wanted

MOST = 4
"""So many apparatuses are kept, those that were used last."""

MOST_WEIGHTS = 20_000_000
"""Those that are kept have no more weights together: beside them the next might find too little memory."""

_kept: list[tuple[Structure, Apparatus]] = []  # the one that was used last stands last


def build(
    inputs: Inputs,
    rows: np.ndarray,
    seed: int,
    accumulate: int = 1,
    class_weights: np.ndarray | None = None,
    scale: Scale | None = None,
) -> Apparatus:
    """An apparatus with the values of a new one; an earlier one of the same structure is of no use afterwards.

    Its models may be older: their weights are right, their configs may state dropout, L1 and L2 of an earlier trial.

    Args:
        rows: the examples on which the statistics of the normalisation are measured.
        seed: of the network's first weights, of its chance, and of the augmentations.
        accumulate: in how many parts, one after another, a batch passes the network.
        class_weights: how much a clip of each class counts `(classes,)`; None for all the same.
        scale: what turns z-scored answers into values; None where answers are probabilities.

    Raises:
        Infeasible, PluginFault: as the functions of `assembly`.
    """
    structure = Structure.of(inputs, rows, accumulate, class_weights is None, scale)
    earlier = _taken(Wanted(structure, inputs))
    if earlier is not None:
        # Not by Keras: a new seed of TensorFlow's own would cost it much of all its graphs.
        random.seed(seed % 2**32)
        np.random.seed(seed % 2**32)  # noqa: NPY002 - whatever a plugin draws from
        fresh = assemble(inputs, rows, seed, accumulate, class_weights, scale)
        if _taken_over(earlier, fresh):
            # Where features are kept, no graph knows which front end they came from.
            earlier = dataclasses.replace(earlier, front=fresh.front)
            _kept.append((structure, earlier))
            return earlier
        del earlier, fresh
    while len(_kept) >= MOST:
        del _kept[0]
    backend.release_graphs()
    keras.utils.set_random_seed(seed % 2**32)
    fresh = assemble(inputs, rows, seed, accumulate, class_weights, scale)
    _keep(structure, fresh)
    return fresh


def _taken(wanted: Wanted) -> Apparatus | None:
    """The apparatus that has the graphs that are wanted; it stands on the shelf no more."""
    for place, (structure, apparatus) in enumerate(_kept):
        if wanted.are_of(structure, apparatus.network, apparatus.loss):
            del _kept[place]
            return apparatus
    return None


def _taken_over(kept: Apparatus, fresh: Apparatus) -> bool:
    """Gives the values of one to the other; False where it would not become the same by that.

    Then some layer has grown since it was first called, or chance is more than values.
    """
    if kept.chance != fresh.chance:
        return False
    pairs = list(itertools.zip_longest(kept.variables, fresh.variables))
    if any(old is None or new is None or old.shape != new.shape for old, new in pairs):
        return False
    for old, new in pairs:
        old.assign(new)
    return True


def _keep(structure: Structure, apparatus: Apparatus) -> None:
    """Puts it on the shelf, unless it is too large; what was used longest ago goes where both would be."""
    _kept.append((structure, apparatus))
    count = len(_kept)
    while sum(each.network.count_params() for _, each in _kept) > MOST_WEIGHTS:
        del _kept[0]
    if len(_kept) < count:
        backend.release_graphs()


def forget() -> None:
    """Frees the memory of all that is kept, graphs included."""
    _kept.clear()
    backend.release_graphs()


def tidy() -> None:
    """Frees what models that are gone have left, where that does not cost graphs that are kept."""
    if not _kept:
        keras.backend.clear_session(free_memory=False)
