"""The network of the fixed workload, layer by layer as every other tool builds it, so that the work is the same.

The built-in `cnn` pools before it normalises, which is faster; a comparison of tools must not profit from that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sinesweep import Architecture, Shape


@dataclass(frozen=True)
class PeerNetwork(Architecture):
    """Three times convolution with ReLU, batch norm and max pooling; then the mean over time and frequency."""

    def build(self, input_shape: Shape, outputs: int):
        import keras
        from keras import layers

        x = entry = keras.Input(input_shape)
        x = layers.Reshape((*input_shape, 1))(x)
        for filters in (16, 32, 64):
            regularizer = keras.regularizers.L2(self.l2)
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_regularizer=regularizer)(x)
            x = layers.BatchNormalization()(x)
            x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(self.dropout)(layers.GlobalAveragePooling2D()(x))
        return keras.Model(entry, layers.Dense(outputs)(x))
