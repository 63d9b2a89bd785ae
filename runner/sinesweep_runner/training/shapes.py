"""The shape of features, as a front end states it, by arithmetic or by its layer."""

from __future__ import annotations

import numpy as np

from sinesweep.blame import blaming
from sinesweep.contract import FeatureExtractor, FrontEnd, Shape
from sinesweep.errors import PluginFault


def asks_layer(front: FrontEnd) -> bool:
    """Whether a front end has no arithmetic of its own, so that its Keras layer is asked for the shape."""
    return isinstance(front, FeatureExtractor) and type(front).shape is FeatureExtractor.shape


def shape_of(front: FrontEnd, name: str, rate_hz: int, samples: int) -> Shape:
    """What `front`, installed as `name`, says of a clip of `samples` samples: such as `(frames, bins)`.

    Raises:
        PluginFault: it raises something, or names sides that no features can have; the method is named that its author
            has written.
    """
    method = "layer" if asks_layer(front) else "shape"
    with blaming("features", name, method):
        shape = tuple(front.shape(rate_hz, samples))
    if len(shape) not in (2, 3) or not all(isinstance(side, int | np.integer) and side > 0 for side in shape):
        given = " × ".join(map(str, shape))
        expected = "(frames, bins) or (frames, bins, channels), whole numbers above 0"
        raise PluginFault("features", name, method, f"it gives {given or 'nothing'}, expected {expected}")
    return tuple(int(side) for side in shape)
