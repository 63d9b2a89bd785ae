"""Plugins that the tests of the engine name as `engine_plugins:Class`: one that works, and several that do not."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np

from sinesweep.contract import (
    Architecture,
    Augmentation,
    Baseline,
    DatasetReader,
    FeatureExtractor,
    HostExtractor,
    Loss,
    Stage,
)
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.domains import Choice


@dataclass(frozen=True)
class TinyNet(Architecture):
    """One convolution over time, and a batch normalisation."""

    units: Annotated[int, Choice((8, 16)), "width"] = 16

    def build(self, input_shape, outputs):
        import keras

        entry = keras.Input(input_shape)
        x = keras.layers.Conv1D(self.units, 3, activation="relu", kernel_regularizer=keras.regularizers.L2(self.l2))(
            entry
        )
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.GlobalAveragePooling1D()(x)
        x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(entry, keras.layers.Dense(outputs)(x))


TRACED_IN_TRAINING = []
"""An entry for each time that the code of a CountingNet was run with `training=True`."""


@dataclass(frozen=True)
class CountingNet(Architecture):
    """Notes how often a step that trains it is traced."""

    def build(self, input_shape, outputs):
        import keras

        @keras.saving.register_keras_serializable(package="engine_plugins")
        class Counting(keras.layers.Layer):
            def call(self, x, training=False):
                if training:
                    TRACED_IN_TRAINING.append(x.shape)
                return x

        entry = keras.Input(input_shape)
        return keras.Model(entry, keras.layers.Dense(outputs)(keras.layers.Flatten()(Counting()(entry))))


@dataclass(frozen=True)
class DeepNet(Architecture):
    """Pools eight times: too often for short clips."""

    def build(self, input_shape, outputs):
        import keras

        entry = x = keras.Input(input_shape)
        for _ in range(8):
            x = keras.layers.MaxPooling1D(4)(x)
        return keras.Model(entry, keras.layers.Dense(outputs)(keras.layers.Flatten()(x)))


@dataclass(frozen=True)
class RaisingNet(Architecture):
    """Raises in `build`."""

    def build(self, input_shape, outputs):
        raise ValueError("no such luck")


@dataclass(frozen=True)
class WideNet(Architecture):
    """Gives more outputs than it was asked for."""

    def build(self, input_shape, outputs):
        import keras

        entry = keras.Input(input_shape)
        return keras.Model(entry, keras.layers.Dense(outputs + 1)(keras.layers.Flatten()(entry)))


@dataclass(frozen=True)
class GreedyNet(Architecture):
    """Says that the device has no memory left."""

    def build(self, input_shape, outputs):
        raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes")


@dataclass(frozen=True)
class HungryNet(Architecture):
    """Needs more memory than there is to learn from more than `room` examples at once; has no batch normalisation."""

    room: Annotated[int, Choice((2, 4, 64)), "examples"] = 4
    fault: Annotated[str, Choice(("device", "host")), "what runs out"] = "device"

    def build(self, input_shape, outputs):
        import keras

        room, fault = self.room, self.fault

        @keras.saving.register_keras_serializable(package="engine_plugins")
        class Hungry(keras.layers.Layer):
            def call(self, x, training=False):
                if training and (x.shape[0] or 0) > room:
                    if fault == "host":
                        raise MemoryError
                    import tensorflow as tf

                    raise tf.errors.ResourceExhaustedError(None, None, f"OOM when allocating tensor {x.shape}")
                return x

        entry = keras.Input(input_shape)
        return keras.Model(entry, keras.layers.Dense(outputs)(keras.layers.Flatten()(Hungry()(entry))))


@dataclass(frozen=True)
class RaisingCheck(FeatureExtractor):
    """Raises in `check`."""

    def check(self, rate_hz, samples):
        raise KeyError("window")

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class RaisingLayer(FeatureExtractor):
    """Raises in `layer`."""

    def shape(self, rate_hz, samples):
        return (10, 4)

    def layer(self, rate_hz):
        raise ZeroDivisionError("no hop")


@dataclass(frozen=True)
class LearntFilters(FeatureExtractor):
    """A front end with weights that are trained."""

    def layer(self, rate_hz):
        import keras

        filters = keras.layers.Conv1D(16, 64, strides=64, activation="relu")
        return keras.Sequential([keras.layers.Reshape((-1, 1)), filters])


@dataclass(frozen=True)
class NotedFrames(FeatureExtractor):
    """The waveform in frames; who computes it writes its process and `frame`, a line a batch, into $NOTED_FRAMES."""

    frame: Annotated[int, Choice((50, 100, 200)), "samples"] = 50

    def shape(self, rate_hz, samples):
        return samples // self.frame, self.frame

    def layer(self, rate_hz):
        import keras

        frame = self.frame

        @keras.saving.register_keras_serializable(package="engine_plugins")
        class Noted(keras.layers.Layer):
            def call(self, waves):
                import tensorflow as tf

                shape = -1, waves.shape[1] // frame, frame
                return tf.reshape(tf.numpy_function(note, [waves], tf.float32), shape)

        def note(waves):
            with Path(os.environ["NOTED_FRAMES"]).open("a", encoding="utf-8") as file:
                file.write(f"{os.getpid()} {frame}\n")
            return waves

        return Noted()


EXTRACTED = []
"""An entry for each waveform of which an OctaveBands was asked."""


@dataclass(frozen=True)
class OctaveBands(HostExtractor):
    """Levels of the octaves, computed by numpy; notes what it computes, and fails as it is told."""

    tools = ("numpy",)
    hop_ms: Annotated[float, Choice((25.0, 50.0)), "ms", "length of a frame"] = 50.0
    fault: Annotated[str, Choice(("", "raise", "shape", "nan")), "what it does wrong"] = ""

    def shape(self, rate_hz, samples):
        return samples // round(self.hop_ms * rate_hz / 1000), 5

    def extract(self, wave, rate_hz):
        EXTRACTED.append(len(wave))
        if self.fault == "raise":
            raise ValueError("deaf")
        frames, _ = self.shape(rate_hz, len(wave))
        length = round(self.hop_ms * rate_hz / 1000)
        power = np.abs(np.fft.rfft(wave[: frames * length].reshape(frames, length))) ** 2
        edges = (power.shape[1] * 2.0 ** np.arange(-5, 0)).astype(int)
        levels = np.log(np.add.reduceat(power, edges, axis=1) + 1e-6)
        if self.fault == "nan":
            levels[0, 0] = np.nan
        return levels[:-1] if self.fault == "shape" else levels


@dataclass(frozen=True)
class OctavePictures(OctaveBands):
    """Levels of the octaves, and how they rise, as two channels."""

    def shape(self, rate_hz, samples):
        return *super().shape(rate_hz, samples), 2

    def extract(self, wave, rate_hz):
        length = round(self.hop_ms * rate_hz / 1000)
        levels = OctaveBands(hop_ms=self.hop_ms).extract(wave[: len(wave) // length * length], rate_hz)
        return np.stack([levels, np.gradient(levels, axis=0)], axis=-1)


@dataclass(frozen=True)
class NanLoss(Loss):
    """Is never a number."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def build(self, task):
        from keras import ops

        return lambda targets, logits, sample_weight=None: ops.mean(logits) * float("nan")


@dataclass(frozen=True)
class RaisingLoss(Loss):
    """Raises when it is called."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def build(self, task):
        def loss(targets, logits, sample_weight=None):
            raise IndexError("class 11")

        return loss


@dataclass(frozen=True)
class RaisingAugmentation(Augmentation):
    """Its layer raises when it is called."""

    stage = Stage.FEATURES

    def layer(self, rate_hz, seed):
        import keras

        def fail(features):
            raise LookupError("nothing to mask")

        return keras.layers.Lambda(fail, output_shape=lambda shape: shape, name="fail")


@dataclass(frozen=True)
class SteepLoss(Loss):
    """Grows so fast that a large step leads to infinity."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def build(self, task):
        from keras import ops

        return lambda targets, logits, sample_weight=None: ops.mean(ops.exp(ops.square(logits - targets)))


@dataclass(frozen=True)
class MortalLoss(Loss):
    """Ends its process where it is `fatal`, as a kernel does that runs out of memory."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    fatal: Annotated[bool, Choice((False, True)), "die"] = False

    def build(self, task):
        import keras

        class Death(keras.losses.Loss):
            def call(self, targets, logits):
                os._exit(1)

        return Death() if self.fatal else keras.losses.CategoricalCrossentropy(from_logits=True)


@dataclass(frozen=True)
class RaisingBaseline(Baseline):
    """Raises in `describe`."""

    def describe(self, wave, rate_hz):
        raise ValueError("deaf")

    def estimator(self, seed):
        raise ValueError("never called")


@dataclass(frozen=True)
class Mislabelling(DatasetReader):
    """Gives a label that is none of its classes."""

    path: Annotated[str, "not read"]

    def read(self):
        return Dataset("noises", (Clip(f"{self.path}/a.wav", "howl"),), ("hum", "hiss"))


@dataclass(frozen=True)
class CrashingLoss(Loss):
    """Crashes its process where it is `fatal`, as a library does that reads where it should not."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    fatal: Annotated[bool, Choice((False, True)), "crash"] = False

    def build(self, task):
        import keras

        class Crash(keras.losses.Loss):
            def call(self, targets, logits):
                os.kill(os.getpid(), signal.SIGSEGV)

        return Crash() if self.fatal else keras.losses.CategoricalCrossentropy(from_logits=True)
