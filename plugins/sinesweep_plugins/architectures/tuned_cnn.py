"""A small hypermodel in KerasTuner's own words, which `keras_tuner` takes where a sweep names none."""

from __future__ import annotations

from typing import Any


def build_model(hp: Any, input_shape: tuple[int, ...], classes: int) -> Any:
    """Convolutional blocks, a dense layer where wanted, and a softmax; it takes features of any shape."""
    import keras
    from keras import layers

    inputs = keras.Input(input_shape)
    x = inputs if len(input_shape) == 3 else layers.Reshape((*input_shape, 1))(inputs)
    batch_norm = hp.Boolean("batch_norm", default=True)
    activation = hp.Choice("activation", ["relu", "elu"])
    for block in range(hp.Int("blocks", 1, 4, default=3)):
        filters = hp.Choice(f"filters_{block + 1}", [8, 16, 32, 64], default=16)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=not batch_norm)(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.9)(x) if batch_norm else x
        x = layers.Activation(activation)(x)
    x = layers.GlobalAveragePooling2D()(x)
    if hp.Boolean("dense"):
        with hp.conditional_scope("dense", [True]):
            x = layers.Dense(hp.Int("units", 16, 128, step=16, default=64), activation=activation)(x)
    x = layers.Dropout(hp.Float("dropout", 0.0, 0.5, step=0.1, default=0.2))(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))
