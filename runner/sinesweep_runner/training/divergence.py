"""Divergence: a loss that stays a number, and yet has gone out of all proportion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

FACTOR = 100.0
"""So many times the loss of who knows nothing.

A network that is sure of everything and always wrong comes to some ten times that, and so does one whose first steps
were too long and which then recovers. At a rate at which training falls apart the loss grows with every step, past any
bound.
"""


def explosion(losses: Sequence[float], constant: Callable[[], float]) -> str:
    """What went wrong where training has diverged, as a sentence; empty where it has not.

    It has where the mean loss of two epochs in a row is beyond `FACTOR` times that of who knows nothing, and does not
    fall from one to the other. Who knows nothing is the network before its first step, or one that answers the same to
    every clip, whichever fares worse: so neither targets with outliers, nor losses of any unit, nor penalties on
    weights, nor a long warm-up look like divergence.

    Args:
        losses: that of the very first step, and then the mean of every epoch.
        constant: gives the loss of answers that are all the same; asked only where there is a suspicion.
    """
    first, *means = losses
    if len(means) < 2 or means[-1] < means[-2] or means[-2] <= FACTOR * first:
        return ""
    ignorant = max(first, constant())
    if ignorant <= 0 or means[-2] <= FACTOR * ignorant:
        return ""
    return (
        f"the training loss exploded: {means[-2]:.3g} and {means[-1]:.3g} in epochs {len(means) - 1} and {len(means)},"
        f" where who knows nothing has {ignorant:.3g}"
    )
