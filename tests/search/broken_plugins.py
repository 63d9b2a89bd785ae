"""Plugins that break one promise each, for the tests of the suites."""

import numpy as np  # noqa: I001
import scipy  # noqa: F401 - a heavy library, at the top of a plugin's module

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from sinesweep import (
    Architecture,
    Augmentation,
    Baseline,
    Choice,
    Clip,
    Dataset,
    DatasetReader,
    FeatureExtractor,
    Float,
    HostExtractor,
    Int,
    Loss,
    Stage,
    Task,
    When,
)
from sinesweep_plugins.features.waveform import Waveform


@dataclass(frozen=True)
class Frames(HostExtractor):
    """Pieces of a hundred samples; whole."""

    def shape(self, rate_hz, samples):
        return -(-samples // 100), 100

    def extract(self, wave, rate_hz):
        frames, bins = self.shape(rate_hz, len(wave))
        return np.pad(wave, (0, frames * bins - len(wave))).reshape(frames, bins)


@dataclass(frozen=True)
class Silent(Frames):
    """Has a setting without a help."""

    power: Annotated[float, Float(0.0, 1.0)] = 1.0


@dataclass(frozen=True)
class Misdeclared(Frames):
    """Has a range of fractions for a whole number."""

    power: Annotated[int, Float(0.5, 2.5), "exponent"] = 1


@dataclass(frozen=True)
class Impossible(Frames):
    """Has a setting that can never count."""

    shape_: Annotated[str, Choice(("round", "square")), "form"] = "round"
    corners: Annotated[int, Int(3, 9), When("shape_", "angular"), "how many"] = 3


@dataclass(frozen=True)
class Unhashable(Frames):
    """Holds a list."""

    bands: Annotated[list[int], "which ones"] = field(default_factory=list)


@dataclass(frozen=True)
class Forgetful(Frames):
    """Is equal to everything of its class."""

    power: Annotated[float, Float(0.5, 1.0), "exponent"] = 1.0

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return 0


@dataclass(frozen=True)
class Clumsy(Frames):
    """Raises something of its own in `check`."""

    def check(self, rate_hz, samples):
        raise KeyError("window")


@dataclass(frozen=True)
class Overconfident(Frames):
    """Says a shape that it does not give."""

    def shape(self, rate_hz, samples):
        return samples // 100, 100

    def extract(self, wave, rate_hz):
        return Frames().extract(wave, rate_hz)


@dataclass(frozen=True)
class Infinite(Frames):
    """Takes the logarithm of silence."""

    def extract(self, wave, rate_hz):
        with np.errstate(divide="ignore"):
            return np.log(np.abs(super().extract(wave, rate_hz)))


@dataclass(frozen=True)
class Destructive(Frames):
    """Normalises the clip that it was given in its place."""

    def extract(self, wave, rate_hz):
        wave *= 0.5
        return super().extract(wave, rate_hz)


@dataclass(frozen=True)
class Unbounded(Frames):
    """Has a number without a range."""

    power: Annotated[float, "exponent"] = 1.0


@dataclass(frozen=True)
class Mean(FeatureExtractor):
    """Gives one number for a whole clip."""

    def layer(self, rate_hz):
        import keras

        return keras.layers.Lambda(lambda waves: keras.ops.mean(waves, axis=1))


@dataclass(frozen=True)
class Unregistered(FeatureExtractor):
    """Has a layer whose class Keras is not told of."""

    def layer(self, rate_hz):
        import keras

        class Layer(keras.Layer):
            def call(self, waves):
                return waves[:, :, None]

        return Layer()


@dataclass(frozen=True)
class Raising(FeatureExtractor):
    """Has no layer to give."""

    def layer(self, rate_hz):
        raise LookupError("no filters here")


@dataclass(frozen=True)
class Sociable(FeatureExtractor):
    """Measures every clip against the loudest of its batch."""

    def layer(self, rate_hz):
        import keras

        class Layer(keras.Layer):
            def call(self, waves):
                return (waves / (keras.ops.max(keras.ops.abs(waves)) + 1e-9))[:, :, None]

            def compute_output_shape(self, shape):
                return *shape, 1

        return Layer()


@dataclass(frozen=True)
class Useless(FeatureExtractor):
    """Has a weight that nothing depends on, and a layer that cannot be read from a file."""

    def layer(self, rate_hz):
        import keras

        class Layer(keras.Layer):
            def __init__(self, rate_hz):
                super().__init__()
                self.idle = self.add_weight(shape=(2,), name="idle")

            def call(self, waves):
                return waves[:, :, None] + 0 * keras.ops.sum(self.idle)

            def compute_output_shape(self, shape):
                return *shape, 1

        return Layer(rate_hz)


@dataclass(frozen=True)
class Numbered(FeatureExtractor):
    """Gives something else each time that its layer is traced."""

    def layer(self, rate_hz):
        import keras

        class Layer(keras.Layer):
            traced = 0

            def call(self, waves):
                self.traced += 1
                return waves[:, :, None] * self.traced

            def compute_output_shape(self, shape):
                return *shape, 1

        return Layer()


Either = Waveform if os.environ.get("PYTHONHASHSEED") == "12345" else FeatureExtractor  # as the twin's is


@dataclass(frozen=True)
class Fickle(Either):
    """Inherits from one class here and from another there."""

    def layer(self, rate_hz):
        raise NotImplementedError


@dataclass(frozen=True)
class Louder(Augmentation):
    """Multiplies by a number, as `how` says."""

    stage = Stage.WAVEFORM
    how: Annotated[str, Choice(("well", "always", "unseeded", "once a batch")), "what it does wrong"] = "well"

    def layer(self, rate_hz, seed):
        import keras
        from keras import ops

        how = self.how

        class Layer(keras.Layer):
            def __init__(self):
                super().__init__()
                self.generator = keras.random.SeedGenerator(seed)

            def call(self, waves, training=False):
                if not training and how != "always":
                    return waves
                if how == "unseeded":
                    return waves * np.random.default_rng().uniform()
                clips = 1 if how == "once a batch" else ops.shape(waves)[0]
                return waves * keras.random.uniform((clips, 1), seed=self.generator)

            def compute_output_shape(self, shape):
                return shape

        return Layer()


@dataclass(frozen=True)
class Amplified(Augmentation):
    """Multiplies by up to a factor that it says can be adjusted, as `how` says."""

    stage = Stage.WAVEFORM
    adjustable = frozenset({"factor"})
    factor: Annotated[float, Float(1.0, 4.0), "at most"] = 2.0
    how: Annotated[str, Choice(("well", "constant", "eager", "long")), "what it does wrong"] = "well"

    def layer(self, rate_hz, seed):
        import keras
        from keras import ops

        factor, how = self.factor, self.how

        class Layer(keras.Layer):
            def __init__(self):
                super().__init__()
                self.generator = keras.random.SeedGenerator(seed)
                self.factor = self.add_weight(
                    shape=(), initializer=keras.initializers.Constant(factor), trainable=False, name="factor"
                )

            def call(self, waves, training=False):
                if not training:
                    return waves
                if how == "eager":
                    waves = ops.convert_to_tensor(np.asarray(waves))
                if how == "long":
                    waves = waves + 0 * waves[:, 99:100]
                drawn = keras.random.uniform((ops.shape(waves)[0], 1), seed=self.generator)
                return waves * (1 + drawn * ((factor if how == "constant" else self.factor) - 1))

        return Layer()


@dataclass(frozen=True)
class Misnamed(Amplified):
    """Says that something can be adjusted which is no setting."""

    adjustable = frozenset({"factor", "gain"})


@dataclass(frozen=True)
class Detuned(Louder):
    """Says what it makes wrong in a word that nobody knows."""

    unsafe_for = frozenset({"picth"})


@dataclass(frozen=True)
class Deep(Architecture):
    """Pools until nothing is left, and has neither dropout nor regularisation."""

    def build(self, input_shape, outputs):
        import keras

        inputs = x = keras.Input(input_shape)
        for _ in range(3):
            x = keras.layers.MaxPooling1D(2)(x)
        return keras.Model(inputs, keras.layers.Dense(outputs)(keras.layers.Flatten()(x)))


@dataclass(frozen=True)
class Wide(Architecture):
    """Gives more logits than it was asked for."""

    def build(self, input_shape, outputs):
        import keras

        inputs = keras.Input(input_shape)
        return keras.Model(inputs, keras.layers.Dense(outputs + 1)(keras.layers.Flatten()(inputs)))


@dataclass(frozen=True)
class Counting(Loss):
    """Counts mistakes: a number without a slope, which knows nothing of weights."""

    tasks = frozenset({Task.CLASSIFICATION})

    def build(self, task):
        from keras import ops

        def loss(targets, logits, sample_weight=None):
            return ops.mean(ops.cast(ops.argmax(logits, axis=1) != ops.argmax(targets, axis=1), "float32")) + 0 * (
                ops.sum(logits)
            )

        return loss


@dataclass(frozen=True)
class Disordered(DatasetReader):
    """Lists its clips from behind, and knows no errors of its own."""

    labels = frozenset({"spech"})

    path: Annotated[str, "a folder"]

    def read(self):
        files = sorted(Path(self.path).iterdir(), reverse=True)
        return Dataset("disordered", tuple(Clip(str(file), "noise") for file in files), ("noise",))


@dataclass(frozen=True)
class Repetitive(DatasetReader):
    """Lists every clip twice."""

    path: Annotated[str, "a folder"]

    def read(self):
        files = sorted([*Path(self.path).iterdir()] * 2)
        return Dataset("repetitive", tuple(Clip(str(file), "noise") for file in files), ("noise",))


@dataclass(frozen=True)
class Restless(Baseline):
    """Describes long clips with more numbers, and decides by chance."""

    def describe(self, wave, rate_hz):
        return np.zeros(1 + len(wave) // 1000, np.float32)

    def estimator(self, seed):
        from sklearn.ensemble import ExtraTreesClassifier

        return ExtraTreesClassifier(n_estimators=3, max_features=1, max_depth=1)
