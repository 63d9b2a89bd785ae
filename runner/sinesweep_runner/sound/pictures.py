"""Pictures of features: time goes to the right, bins go upwards, and what is larger is brighter."""

from __future__ import annotations

import io

import numpy as np

from sinesweep_runner.sound.embedding import data_uri

MAGMA = (
    "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779"
    " cf4070 e55064 f4695c fb8761 fea571 fec287 fde0a1 fcfdbf"
)
"""Every sixteenth colour of matplotlib's magma (Smith and van der Walt, 2015, CC0), equal steps of which look equal."""

LEVELS = 255
"""So many colours; the one after them, of the line between two channels, is transparent."""

WIDEST, HIGHEST = 640, 512
"""Of a larger picture neighbouring values are averaged."""


def picture_uri(shades: np.ndarray) -> str:
    """Shades `(frames, bins)` as a PNG, a pixel a value; channels `(frames, bins, channels)` one above another.

    Args:
        shades: from 0, dark, to 1, bright. The first bin comes lowest, and so does the first channel.
    """
    from PIL import Image

    levels = np.rint(shades * (LEVELS - 1)).astype(np.uint8)
    channels = levels[:, :, None] if levels.ndim == 2 else levels
    rows: list[np.ndarray] = []
    for number in reversed(range(channels.shape[2])):
        upright = _reduced(np.flipud(channels[:, :, number].T))
        line = np.full((1, upright.shape[1]), LEVELS, np.uint8)
        rows += [line, upright] if rows else [upright]
    picture = Image.fromarray(np.vstack(rows))
    picture.putpalette(_palette())
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True, transparency=LEVELS)
    return data_uri(stream.getvalue(), "image/png")


def _reduced(levels: np.ndarray) -> np.ndarray:
    from PIL import Image

    factors = -(-levels.shape[1] // WIDEST), -(-levels.shape[0] // HIGHEST)
    return np.asarray(Image.fromarray(np.ascontiguousarray(levels)).reduce(factors))


def _palette() -> bytes:
    """Red, green and blue of each colour."""
    known = np.array([list(bytes.fromhex(colour)) for colour in MAGMA.split()])
    places = np.linspace(0, len(known) - 1, LEVELS)
    mixed = [np.interp(places, np.arange(len(known)), known[:, part]) for part in range(3)]
    return np.rint(np.stack(mixed, axis=1)).astype(np.uint8).tobytes() + bytes(3)
