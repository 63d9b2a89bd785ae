"""CutMix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from sinesweep.contract import Augmentation, Stage
from sinesweep.domains import Choice, Float

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CutMix(Augmentation):
    """Puts a piece of another clip into clips of a batch, and mixes targets by what it covers.

    Yun, Han, Oh, Chun, Choe and Yoo, "CutMix", ICCV 2019; with a piece a clip instead of one a batch. Along time alone
    it is what a splice sounds like.
    """

    stage: ClassVar[Stage] = Stage.BATCH
    unsafe_for: ClassVar[frozenset[str]] = frozenset({"position", "silence"})
    adjustable: ClassVar[frozenset[str]] = frozenset({"alpha", "probability"})

    alpha: Annotated[
        float, Float(0.01, 10.0, log=True, search=(0.1, 1.0)), "of Beta(alpha, alpha): small cuts little, 1 evenly"
    ] = 1.0
    piece: Annotated[
        str, Choice(("frames", "box")), "some frames with all their bins, or a box of some bins of some frames"
    ] = "frames"
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed"] = 0.5

    def layer(self, rate_hz: int, seed: int) -> keras.Layer:
        """A layer of (features, targets) that draws a partner and a piece for every clip."""
        from sinesweep_plugins.augmentations._batch_layers import RandomCut

        return RandomCut(alpha=self.alpha, piece=self.piece, seed=seed, probability=self.probability)
