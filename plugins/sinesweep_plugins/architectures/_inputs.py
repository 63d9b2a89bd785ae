"""What the networks see: features as a picture, or as a sequence in time."""

from __future__ import annotations

from typing import Any

from sinesweep.contract import Shape
from sinesweep.errors import Infeasible


def sides(input_shape: Shape) -> tuple[int, int, int]:
    """Frames, bins and channels of `(frames, bins)`, which is one channel, or of `(frames, bins, channels)`.

    Raises:
        Infeasible: the shape has another number of sides.
    """
    if len(input_shape) not in (2, 3):
        raise Infeasible(
            f"expected features of (frames, bins) or (frames, bins, channels), got {' × '.join(map(str, input_shape))}"
        )
    frames, bins, *channels = input_shape
    return frames, bins, channels[0] if channels else 1


def picture(x: Any) -> Any:
    """Features `(batch, frames, bins)` or with channels → `(batch, frames, bins, channels)`."""
    from keras import layers

    return layers.Reshape(sides(x.shape[1:]))(x)


def sequence(x: Any) -> Any:
    """Features `(batch, frames, bins)` or with channels → `(batch, frames, bins × channels)`."""
    from keras import layers

    frames, bins, channels = sides(x.shape[1:])
    return x if len(x.shape) == 3 else layers.Reshape((frames, bins * channels))(x)


def folded(size: tuple[int, int], bins: int) -> tuple[int, int]:
    """The frames and bins of a kernel, a pool or a stride: on features of a single bin all of it lies in time.

    There a kernel of 3 × 3 becomes one of 9 frames, and a pool of 2 × 2 one of 4, with as many weights and as much
    pooled as on other features.
    """
    return (size[0] * size[1], 1) if bins == 1 else size
