"""The transformer on patches of the spectrogram."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice, Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.architectures._blocks import ACTIVATIONS, activated, logits, regularizer, weighed
from sinesweep_plugins.architectures._inputs import folded, picture, sides
from sinesweep_plugins.architectures._temporal import SUMMARIES, summarised

if TYPE_CHECKING:
    import keras

MOST_PATCHES = 1024
"""Every patch looks at every other: 1024 of them make a million weights a head and clip."""


@dataclass(frozen=True)
class Transformer(Architecture):
    """The spectrogram is cut into patches, and each looks at all others; small, without weights from elsewhere.

    Gong, Chung and Glass, "AST: Audio Spectrogram Transformer", Interspeech 2021, after Dosovitskiy et al., "An Image
    is Worth 16x16 Words", ICLR 2021. The norms stand before the parts of a layer, and patches do not overlap.
    """

    patch_time: Annotated[int, Choice((1, 2, 4, 8, 16, 32), search=(4, 8, 16)), "frames of a patch"] = 8
    patch_frequency: Annotated[int, Choice((4, 8, 16, 32, 64, 128), search=(8, 16, 32)), "bins of a patch"] = 16
    depth: Annotated[int, Int(1, 8, search=(1, 4)), "layers"] = 2
    heads: Annotated[int, Choice((1, 2, 4, 8), search=(2, 4)), "looks that a layer takes at the patches"] = 4
    head_width: Annotated[int, Choice((8, 16, 32, 64), search=(16, 32)), "numbers a head; heads × these a patch"] = 16
    expansion: Annotated[int, Int(1, 4, search=False), "times as wide between the two dense layers"] = 2
    activation: Annotated[str, ACTIVATIONS, "non-linearity between the two dense layers"] = "gelu"
    summary: Annotated[str, SUMMARIES, "how the patches become one: mean, maximum, or both"] = "mean"

    def check(self, input_shape: Shape) -> None:
        """Refuse patches that are too many to look at each other, and a single one that has no other to look at."""
        frames, bins, _ = sides(input_shape)
        high, wide = folded((self.patch_time, self.patch_frequency), bins)
        patches = math.ceil(frames / high) * math.ceil(bins / wide)
        if not 2 <= patches <= MOST_PATCHES:
            raise Infeasible(
                f"{frames} frames × {bins} bins in patches of {high} × {wide} are {patches} patches; a transformer"
                f" takes 2 to {MOST_PATCHES}. Take {'smaller' if patches < 2 else 'larger'} patches"
            )

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """Patches → positions → layers of attention and dense layers → summary → dropout → logits."""
        import keras

        from sinesweep_plugins.architectures._patches_layers import Positions

        self.check(input_shape)
        inputs = keras.Input(input_shape)
        patch = folded((self.patch_time, self.patch_frequency), input_shape[1])
        x = keras.layers.Conv2D(self._width, patch, patch, padding="same", **weighed(self))(picture(inputs))
        x = keras.layers.Reshape((x.shape[1] * x.shape[2], self._width))(x)
        x = keras.layers.Dropout(self.dropout)(Positions()(x))
        for _ in range(self.depth):
            x = self._layer(x)
        x = summarised(keras.layers.LayerNormalization()(x), self.summary)
        return keras.Model(inputs, logits(self, keras.layers.Dropout(self.dropout)(x), outputs), name="transformer")

    @property
    def _width(self) -> int:
        return self.heads * self.head_width

    def _layer(self, x: Any) -> Any:
        from keras import layers

        y = layers.LayerNormalization()(x)
        y = layers.MultiHeadAttention(
            self.heads, self.head_width, dropout=self.dropout, use_bias=False, kernel_regularizer=regularizer(self)
        )(y, y)
        x = layers.Add()([x, layers.Dropout(self.dropout)(y)])
        y = layers.Dense(self._width * self.expansion, **weighed(self))(layers.LayerNormalization()(x))
        y = layers.Dropout(self.dropout)(activated(self, y, self.activation))
        y = layers.Dense(self._width, **weighed(self))(y)
        return layers.Add()([x, layers.Dropout(self.dropout)(y)])
