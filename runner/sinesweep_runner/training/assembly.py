"""Assembly: from plugins to Keras models. What a plugin does wrong is told with its name."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from sinesweep.blame import blaming
from sinesweep.configuration import Parts
from sinesweep.contract import (
    Augmentation,
    Augmenter,
    CostlyAugmentation,
    FeatureExtractor,
    HostExtractor,
    Shape,
    Stage,
)
from sinesweep.dataset import Task
from sinesweep.errors import Infeasible, PluginFault
from sinesweep.lengths import Length
from sinesweep.trial import Config
from sinesweep.wording import plain
from sinesweep_runner import backend
from sinesweep_runner.training.shapes import shape_of

if TYPE_CHECKING:
    import keras


class Step(NamedTuple):
    """A layer, and the plugin that it came from; `changes_targets` where it takes and gives targets too."""

    kind: str
    name: str
    layer: Any
    changes_targets: bool = False


def check(config: Config, length: Length) -> Shape:
    """The shape of the features, such as `(frames, bins)`, by arithmetic alone.

    Raises:
        Infeasible: these settings cannot work together or on this sound.
        PluginFault: a plugin's `check` raised something else, or its `shape` is none.
        PluginError: a plugin or a setting is unknown here.
    """
    parts = Parts.of(config)
    with blaming("features", config["features"]["name"], "check"):
        parts.features.check(length.rate_hz, length.samples)
    shape = shape_of(parts.features, config["features"]["name"], length.rate_hz, length.samples)
    with blaming("architecture", config["architecture"]["name"], "check"):
        parts.architecture.check(shape)
    for augmentation, entry in zip(parts.augmentations, config["augmentations"], strict=True):
        with blaming("augmentation", entry["name"], "check"):
            augmentation.check()
        if augmentation.stage.changes_waveforms and isinstance(parts.features, HostExtractor):
            raise Infeasible(
                f"augmentation '{entry['name']}' changes waveforms, but features '{config['features']['name']}' are"
                " computed before training, once a clip; take an augmentation of features or batches"
            )
    return shape


def build_network(parts: Parts, config: Config, shape: Shape, outputs: int) -> keras.Model:
    """The network, features `(batch, *shape)` → logits `(batch, outputs)`.

    Raises:
        Infeasible: Keras cannot build it on this shape.
        PluginFault: the plugin raised something of its own, or its network gives another shape.
    """
    import keras

    name = config["architecture"]["name"]
    with blaming("architecture", name, "build"):
        try:
            network = parts.architecture.build(shape, outputs)
        except ValueError as reason:
            if not _raised_by_keras(reason.__traceback__):
                raise
            size = " × ".join(str(side) for side in shape)
            message = f"architecture '{name}' cannot be built on features of {size}: {plain(reason)}"
            raise Infeasible(message) from reason
    if not isinstance(network, keras.Model):
        wanted = f"a Keras model that gives logits of shape {(None, outputs)}"
        raise PluginFault("architecture", name, "build", f"it gives {network!r}, expected {wanted}")
    with blaming("architecture", name, "build"):
        given = network.output_shape
    if given != (None, outputs):
        what = f"its network gives {given}, expected logits of shape {(None, outputs)}"
        raise PluginFault("architecture", name, "build", what)
    return network


def build_front(parts: Parts, config: Config, length: Length, shape: Shape) -> keras.Model | None:
    """The front end, `(batch, samples)` → features `(batch, *shape)`; None where it is computed on the host.

    Raises:
        PluginFault: its layer does not come about, or gives another shape than the plugin says.
    """
    import keras

    extractor, name = parts.features, config["features"]["name"]
    if not isinstance(extractor, FeatureExtractor):
        return None
    with blaming("features", name, "layer"):
        layer = extractor.layer(length.rate_hz)
        waveform = keras.Input((length.samples,))  # without a name: the plugin's layers may bear any
        front = keras.Model(waveform, layer(waveform), name="front_end")
    if tuple(front.output_shape[1:]) != tuple(shape):
        raise PluginFault("features", name, "layer", f"it gives {front.output_shape[1:]}, shape() says {shape}")
    front.jit_compile = backend.compiles()
    return front


def stage_of(augmentation: Augmenter) -> Stage:
    """Where it stands in training: its own stage, or `HOST` for one of which variants are made ahead."""
    ahead = isinstance(augmentation, CostlyAugmentation) and augmentation.variants > 0
    return Stage.HOST if ahead else augmentation.stage


def build_augmentations(parts: Parts, config: Config, stage: Stage, rate_hz: int, seed: int) -> list[Step]:
    """The layers that stand in one stage, in the order of the configuration, each with a seed of its own."""
    steps = []
    for place, (augmentation, entry) in enumerate(zip(parts.augmentations, config["augmentations"], strict=True)):
        if isinstance(augmentation, Augmentation) and stage_of(augmentation) is stage:
            with blaming("augmentation", entry["name"], "layer"):
                layer = augmentation.layer(rate_hz, (seed + 7919 * (place + 1)) % 2**31)
            steps.append(Step("augmentation", entry["name"], layer, stage.changes_targets))
    return steps


def build_weights(step: Step, *shapes: Shape) -> None:
    """Lets a layer make the weights that it makes in a `build` of its own, and read the files that it needs for them.

    Args:
        step: the layer.
        shapes: of one example, and of its targets where the layer takes these too.
    """
    import keras

    if step.layer.built or type(step.layer).build is keras.Layer.build:
        return
    shape, *targets = [(None, *each) for each in shapes]
    with blaming(step.kind, step.name, "build"):
        step.layer.build((shape, *targets) if step.changes_targets else shape)


def build_loss(parts: Parts, config: Config, task: Task) -> Step:
    """The Keras loss of `(targets, logits)`; raises PluginFault where the plugin makes none."""
    name = config["loss"]["name"]
    with blaming("loss", name, "build"):
        return Step("loss", name, parts.loss.build(task))


def build_answerer(layers: list[Any], shape: Shape, network: keras.Model, answer: keras.layers.Layer) -> keras.Model:
    """Answers from what enters `layers`, float32 `(batch, *shape)`: a model that shares all their weights.

    Args:
        layers: what stands before the network.
        shape: of one example.
        network: features → logits.
        answer: logits → probabilities or values.
    """
    import keras

    entry = keras.Input(shape, name="waveform" if len(shape) == 1 else "features")
    x = entry
    for layer in layers:
        x = layer(x)
    model = keras.Model(entry, answer(network(x)))
    model.jit_compile = backend.compiles()
    return model


def _raised_by_keras(traceback: TracebackType | None) -> bool:
    """Whether the innermost frame is Keras' own: then a layer refused a shape; else the plugin's code is at fault."""
    module = ""
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        traceback = traceback.tb_next
    return module.split(".")[0] == "keras"
