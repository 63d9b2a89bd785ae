"""The tuned CNN as it was written for KerasTuner; nothing here knows of Sinesweep.

With KerasTuner alone: `keras_tuner.RandomSearch(build_model, objective="val_accuracy").search(x, y, …)`.
"""

from __future__ import annotations

import keras
from keras import layers


def build_model(hp):
    """A CNN on mel spectrograms as librosa lays them out: 128 bands × 216 frames, ten classes."""
    model = keras.Sequential([keras.Input((128, 216, 1))])
    batch_norm = hp.Boolean("batch_norm")
    kernel = hp.Choice("kernel", [3, 5])
    for block in range(hp.Int("blocks", 2, 4)):
        model.add(layers.Conv2D(hp.Choice(f"filters_{block + 1}", [16, 32]), kernel, activation="relu"))
        model.add(layers.MaxPooling2D(3 if block == 0 else 2))
        if batch_norm:
            model.add(layers.BatchNormalization(momentum=0.9))
    if hp.Choice("head", ["flatten", "average"]) == "flatten":
        model.add(layers.Flatten())
    else:
        model.add(layers.GlobalAveragePooling2D())
    l2 = hp.Float("l2", 1e-5, 1e-2, sampling="log")
    model.add(
        layers.Dense(hp.Int("units", 32, 128, step=32), activation="relu", kernel_regularizer=keras.regularizers.L2(l2))
    )
    model.add(layers.Dropout(hp.Float("dropout", 0.0, 0.5, step=0.1)))
    model.add(layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.Adam(hp.Float("learning_rate", 1e-4, 1e-2, sampling="log"))
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    return model
