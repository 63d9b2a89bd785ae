"""Plugins that tests name as `hostile_plugins:Class`: each does one thing that no plugin should."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
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
from sinesweep.dataset import Task
from sinesweep.domains import Choice, Int


class Bail(BaseException):
    """As other libraries have them: no Exception."""


@dataclass(frozen=True)
class ExitsInRead(DatasetReader):
    """Ends the process in `read`."""

    path: Annotated[str, "not read"]

    def read(self):
        sys.exit(0)


@dataclass(frozen=True)
class RaisesInRead(DatasetReader):
    """Raises in `read`, with a message that would clear a terminal."""

    path: Annotated[str, "not read"]

    def read(self):
        raise ValueError("no\n\x1b[2Jlabels")


@dataclass(frozen=True)
class ReadsNothing(DatasetReader):
    """Gives no data set."""

    path: Annotated[str, "not read"]
    what: Annotated[str, Choice(("nothing", "list")), "what it gives"] = "nothing"

    def read(self):
        return None if self.what == "nothing" else []


@dataclass(frozen=True)
class PostInit(FeatureExtractor):
    """Raises when it is made."""

    def __post_init__(self):
        raise ValueError("no licence")

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class ExitsInCheck(FeatureExtractor):
    """Ends the process in `check`."""

    def check(self, rate_hz, samples):
        sys.exit(0)

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class InterruptsInCheck(FeatureExtractor):
    """Raises in `check` what Ctrl-C raises."""

    def check(self, rate_hz, samples):
        raise KeyboardInterrupt

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class ExitsInLayer(FeatureExtractor):
    """Ends the process in `layer`."""

    def shape(self, rate_hz, samples):
        return 10, 4

    def layer(self, rate_hz):
        sys.exit("so long")


@dataclass(frozen=True)
class LoopsInCheck(FeatureExtractor):
    """Never comes out of `check`."""

    def check(self, rate_hz, samples):
        while True:
            pass

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class Misshapen(FeatureExtractor):
    """States a shape that no features can have."""

    sides: Annotated[str, Choice(("negative", "float", "none")), "what is wrong with it"] = "negative"

    def shape(self, rate_hz, samples):
        return {"negative": (-1, 4), "float": (10.0, 4), "none": ()}[self.sides]

    def layer(self, rate_hz):
        raise ValueError("never called")


@dataclass(frozen=True)
class NoLayer(FeatureExtractor):
    """Has no arithmetic of its own, and a `layer` that returns nothing or raises."""

    raises: Annotated[bool, Choice((False, True)), "what is wrong with it"] = False

    def layer(self, rate_hz):
        if self.raises:
            raise ValueError("no such filter")


@dataclass(frozen=True)
class ComplexNumbers(HostExtractor):
    """Gives complex numbers."""

    def shape(self, rate_hz, samples):
        return 10, 4

    def extract(self, wave, rate_hz):
        return np.full((10, 4), 1 + 1j)


@dataclass(frozen=True)
class ExitsInExtract(HostExtractor):
    """Ends the process in a thread."""

    def shape(self, rate_hz, samples):
        return 10, 4

    def extract(self, wave, rate_hz):
        sys.exit(0)


@dataclass(frozen=True)
class ExitsInBuild(Architecture):
    """Ends the process in `build`."""

    def build(self, input_shape, outputs):
        sys.exit(0)


@dataclass(frozen=True)
class DiesInBuild(Architecture):
    """Ends the process in `build` without a word, as a library that crashes does."""

    def build(self, input_shape, outputs):
        os._exit(7)


@dataclass(frozen=True)
class LoopsInBuild(Architecture):
    """Never comes out of `build`."""

    def build(self, input_shape, outputs):
        while True:
            pass


@dataclass(frozen=True)
class StubbornInBuild(Architecture):
    """Never comes out of `build` either, and does not let itself be interrupted."""

    def build(self, input_shape, outputs):
        while True:
            with suppress(Exception):
                time.sleep(0.1)


@dataclass(frozen=True)
class BuildsNothing(Architecture):
    """Forgets its `return`."""

    def build(self, input_shape, outputs):
        pass


@dataclass(frozen=True)
class ExitsInConfig(Architecture):
    """Has a layer that ends the process when it is asked what it is made from."""

    def build(self, input_shape, outputs):
        import keras

        class Silent(keras.layers.Dense):
            def get_config(self):
                sys.exit(0)

        entry = keras.Input(input_shape)
        return keras.Model(entry, Silent(outputs)(keras.layers.Flatten()(entry)))


@dataclass(frozen=True)
class Unregistered(FeatureExtractor):
    """Forgets to tell Keras of its layer."""

    def layer(self, rate_hz):
        import keras

        class Env(keras.layers.Layer):
            def call(self, waves):
                return keras.ops.reshape(waves, (-1, waves.shape[1] // 100, 100))

        return Env()


@dataclass(frozen=True)
class UnregisteredNet(Architecture):
    """Forgets the same of a layer of its network."""

    def build(self, input_shape, outputs):
        import keras

        class Plain(keras.layers.Dense):
            pass

        entry = keras.Input(input_shape)
        return keras.Model(entry, Plain(outputs)(keras.layers.Flatten()(entry)))


@dataclass(frozen=True)
class Forgetful(Architecture):
    """Has a layer that forgets in its config how many weights it has."""

    def build(self, input_shape, outputs):
        import keras

        @keras.saving.register_keras_serializable(package="hostile_plugins")
        class Scales(keras.layers.Layer):
            def __init__(self, count=1, **options):
                super().__init__(**options)
                self.scales = self.add_weight(shape=(count,), initializer="ones")
                self.built = True

            def get_config(self):
                return {"name": self.name}

            def call(self, x):
                return x * keras.ops.mean(self.scales)

        entry = keras.Input(input_shape)
        return keras.Model(entry, keras.layers.Dense(outputs)(keras.layers.Flatten()(Scales(3)(entry))))


@dataclass(frozen=True)
class SometimesNan(FeatureExtractor):
    """The waveform in frames; with `wrong`, not a number wherever the sound is loud."""

    normalisation: ClassVar[str] = "none"
    wrong: Annotated[bool, Choice((False, True)), "whether it divides by nothing"] = True

    def layer(self, rate_hz):
        import keras

        wrong = self.wrong

        @keras.saving.register_keras_serializable(package="hostile_plugins")
        class Framed(keras.layers.Layer):
            def call(self, waves):
                frames = keras.ops.reshape(waves, (-1, waves.shape[1] // 100, 100))
                return frames * float("nan") if wrong else frames

        return Framed()


@dataclass(frozen=True)
class BailsInCall(Augmentation):
    """Its layer raises what is no Exception."""

    stage = Stage.FEATURES

    def layer(self, rate_hz, seed):
        import keras

        class Bailing(keras.layers.Layer):
            def call(self, x, training=False):
                if training:
                    raise Bail("enough")
                return x

        return Bailing()


@dataclass(frozen=True)
class ExitsInLossCheck(Loss):
    """Ends the process in `check`."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def check(self, task, outputs):
        sys.exit(0)

    def build(self, task):
        raise ValueError("never called")


@dataclass(frozen=True)
class Ragged(Baseline):
    """Describes a clip by as many numbers as it happens to have."""

    times: Annotated[int, Int(1, 2), "repetitions"] = 1

    def describe(self, wave, rate_hz):
        return np.zeros(3 + int(1e6 * abs(float(wave[100]))) % 5, np.float32)

    def estimator(self, seed):
        raise ValueError("never called")


@dataclass(frozen=True)
class ExitsInEstimator(Baseline):
    """Ends the process in `estimator`."""

    def describe(self, wave, rate_hz):
        return np.zeros(3, np.float32)

    def estimator(self, seed):
        sys.exit(0)
