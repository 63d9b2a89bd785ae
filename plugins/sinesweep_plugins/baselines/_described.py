"""What all baselines share that hear a clip as one row of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract import Baseline
from sinesweep.domains import Choice

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Described(Baseline):
    """A baseline on a description of the clip. To be implemented by subclasses: `estimator`."""

    describing: ClassVar[frozenset[str]] = frozenset({"description"})

    description: Annotated[
        str,
        Choice(("mfcc", "summary"), search=False),
        "what is heard of a clip: pooled statistics of 20 MFCC, 120 numbers in milliseconds, or the 57 numbers of the"
        " front end `summary`, which take librosa a hundred times as long",
    ] = "mfcc"

    def describe(self, wave: np.ndarray[Any, Any], rate_hz: int) -> np.ndarray[Any, Any]:
        """The description, float32 `(120,)` or `(57,)`."""
        if self.description == "summary":
            from sinesweep_plugins.baselines._summarised import summary

            return summary(wave, rate_hz)
        from sinesweep_plugins.baselines._pooled import pooled_mfcc

        return pooled_mfcc(wave, rate_hz)
