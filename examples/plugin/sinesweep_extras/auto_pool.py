"""A network with a learnable pooling: the plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep import Architecture, Choice, Float, Infeasible, Int, Shape

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class AutoPoolNet(Architecture):
    """Convolutions over time, logits for every frame, and a pooling of them that is learnt for each class.

    McFee, Salamon and Bello, "Adaptive pooling operators for weakly labeled sound event detection", 2018: a weight of
    0 makes it the mean of all frames, a large one their maximum. For clips of which the sound is only a part.
    """

    contract: ClassVar[int] = 1

    blocks: Annotated[int, Int(1, 5, search=(2, 4)), "convolutions, each followed by a pooling of two frames"] = 3
    filters: Annotated[int, Choice((16, 32, 64, 128)), "filters of a convolution"] = 32
    kernel: Annotated[int, Int(1, 9, step=2, search=(3, 7)), "frames", "width of a filter"] = 3
    beginning: Annotated[float, Float(0.0, 10.0, search=False), "the pooling's weight before training"] = 1.0

    def check(self, input_shape: Shape) -> None:
        """Refuse clips of which the poolings leave nothing, and features with channels."""
        frames, _, *channels = input_shape
        if channels:
            raise Infeasible(f"it takes features of (frames, bins), not of {channels[0]} channels")
        if frames < 2**self.blocks:
            raise Infeasible(f"{self.blocks} poolings of two frames leave nothing of {frames}")

    def build(self, input_shape: Shape, outputs: int) -> keras.Model:
        """float32 features `(batch, frames, bins)` → logits `(batch, outputs)`."""
        import keras
        from keras import layers

        from sinesweep_extras.auto_pool_layer import AutoPool

        regularizer = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        inputs = x = keras.Input(input_shape)
        for _ in range(self.blocks):
            x = layers.Conv1D(
                self.filters, self.kernel, padding="same", use_bias=False, kernel_regularizer=regularizer
            )(x)
            x = layers.MaxPooling1D(2)(x)
            x = layers.BatchNormalization(momentum=0.9)(x)
            x = layers.Activation("relu")(x)
        x = layers.Dropout(self.dropout)(x)
        x = layers.Dense(outputs, kernel_regularizer=regularizer, dtype="float32")(x)
        return keras.Model(inputs, AutoPool(self.beginning)(x), name="auto_pool")
