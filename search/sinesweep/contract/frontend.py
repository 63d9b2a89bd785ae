"""Front ends: from waveforms to what a network sees."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract.plugin import Plugin, Shape
from sinesweep.domains import Choice
from sinesweep.errors import PluginError

if TYPE_CHECKING:
    import keras
    import numpy as np

FEATURES = "(batch, frames, bins) or (batch, frames, bins, channels)"
"""What a front end gives, in words."""


@dataclass(frozen=True)
class FrontEnd(Plugin):
    """Turns waveforms into what the network sees: a `FeatureExtractor` inside the model, a `HostExtractor` before it.

    To be implemented by subclasses: `check` where some settings cannot work together or with the sound.

    Attributes:
        mixed_units: the bins are of different units, so that none is a measure for another when they are normalised.
        takes_vectors: it is for data that are vectors, where a "waveform" is a vector of so many `samples`.
        exports: a model with it can be exported as a SavedModel that gives the same answers.
    """

    mixed_units: ClassVar[bool] = False
    takes_vectors: ClassVar[bool] = False
    exports: ClassVar[bool] = True

    normalisation: Annotated[
        str,
        Choice(("per_bin", "per_clip", "none")),
        "z-score a bin with the training part's mean and deviation, z-score a clip with its own, or leave as it is",
    ] = "per_bin"
    """Where features have channels, each of them is normalised by itself."""

    def check(self, rate_hz: int, samples: int) -> None:
        """Raise `Infeasible` where these settings cannot work on clips of `samples` samples at `rate_hz`."""

    @abc.abstractmethod
    def shape(self, rate_hz: int, samples: int) -> Shape:
        """`(frames, bins)` or `(frames, bins, channels)` of a clip of `samples` samples at `rate_hz`."""

    def bins_hz(self, rate_hz: int) -> Sequence[float] | None:
        """The frequency of each bin at `rate_hz`, from the first to the last; None where bins are something else."""
        return None


@dataclass(frozen=True)
class FeatureExtractor(FrontEnd):
    """A front end that is a part of the model. To be implemented by subclasses: `layer`."""

    def shape(self, rate_hz: int, samples: int) -> Shape:
        """That of `layer`. Override it with arithmetic: then `sinesweep check` needs no Keras to ask.

        A layer that does not say what it gives (it has no `compute_output_shape`) is asked with a clip of silence.

        Raises:
            PluginError: the layer gives no features.
        """
        import numpy as np

        layer = self.layer(rate_hz)
        if not callable(getattr(layer, "compute_output_shape", None)):
            raise PluginError(f"it gives {type(layer).__name__}, expected a Keras layer")
        try:
            shape = layer.compute_output_shape((1, samples))
        except NotImplementedError:
            shape = layer(np.zeros((1, samples), np.float32)).shape
        if len(shape) not in (3, 4):
            given = str(("batch", *shape[1:])).replace("'", "")
            raise PluginError(f"its layer gives {given}, expected {FEATURES}")
        return tuple(int(side) for side in shape[1:])

    @abc.abstractmethod
    def layer(self, rate_hz: int) -> keras.Layer:
        """A serializable Keras layer, float32 `(batch, samples)` → `(batch, *shape)`, such as `(batch, frames, bins)`.

        A clip's features never depend on the other clips of its batch. Normalisation is added by the engine. The layer,
        and any inside it, may have a method `lower(target)`, called before an export with `litert`, `onnx` or
        `saved_model`: from then on it computes the same with what that target has.
        """


@dataclass(frozen=True)
class HostExtractor(FrontEnd):
    """A front end that is computed on the host, by librosa, SciPy or other code that is no Keras layer.

    It is computed once for every clip and kept on disk, so no augmentation can change the waveform before it; those
    of features and of batches work. The saved model takes features, and `sinesweep predict` extracts them first.
    To be implemented by subclasses: `shape`, by arithmetic alone, and `extract`.

    Attributes:
        tools: the distributions whose versions the numbers depend on. What another version of them, or another code
            of the plugin's module, has computed is not used.
    """

    exports: ClassVar[bool] = False
    tools: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def extract(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """One float32 waveform `(samples,)` → its features, float32, all finite, of the shape that `shape` says.

        It is called from several threads at once and must not change `wave`. Normalisation is added by the engine.
        """
