"""Fixed: what all layers of the front end have in common."""

from __future__ import annotations

from typing import Any

import keras


class Fixed(keras.Layer):
    """A layer that computes in float32 under any dtype policy: half precision cannot hold 80 dB."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
