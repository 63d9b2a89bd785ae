"""The shape of features, as a front end states it by arithmetic."""

from __future__ import annotations

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import FrontEnd, Shape
from sinesweep.errors import PluginFault


def shape_of(front: FrontEnd, name: str, rate_hz: int, samples: int, method: str = "shape") -> Shape:
    """What `front`, installed as `name`, says of a clip of `samples` samples: such as `(frames, bins)`.

    Args:
        method: the plugin's method that is at work, and to blame.

    Raises:
        PluginFault: it raises something, or names sides that no features can have.
    """
    with blaming("features", name, method):
        shape = tuple(front.shape(rate_hz, samples))
    if len(shape) not in (2, 3) or not all(isinstance(side, int | np.integer) and side > 0 for side in shape):
        given = " × ".join(map(str, shape))
        expected = "(frames, bins) or (frames, bins, channels), whole numbers above 0"
        raise PluginFault("features", name, method, f"it gives {given or 'nothing'}, expected {expected}")
    return tuple(int(side) for side in shape)
