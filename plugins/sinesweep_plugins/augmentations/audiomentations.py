"""Any transform of the package audiomentations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sinesweep.contract import LABELS, HostAugmentation
from sinesweep.domains import Float

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, kw_only=True)
class Audiomentations(HostAugmentation):
    """Runs transforms of audiomentations (Jordal and others), in numpy and one clip at a time.

    It needs `pip install "sinesweep[audiomentations]"`. The transforms are written as in Python, with constants and
    other transforms as arguments. A longer answer is cut to the clip's length, a shorter one is filled up with zeros.
    What they do to labels is not known here, so that any kind of label is warned about.
    """

    unsafe_for: ClassVar[frozenset[str]] = frozenset(LABELS)

    transforms: Annotated[
        tuple[str, ...], "what is run, in this order, such as PitchShift(min_semitones=-2, max_semitones=2, p=1.0)"
    ]
    probability: Annotated[float, Float(0.0, 1.0, search=False), "chance that a clip is changed at all"] = 1.0

    def check_resources(self) -> None:
        """The package, the names of the transforms, and their arguments."""
        from sinesweep_plugins.augmentations._transforms import made

        made(self.transforms)

    def change(self, wave: np.ndarray[Any, Any], rate_hz: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
        """The transforms draw from Python's and numpy's global chance, which is seeded from `rng` and put back."""
        from sinesweep_plugins.augmentations._transforms import fitted, made, seeded

        if rng.random() >= self.probability:
            return wave
        changed = wave.copy()
        with seeded(rng):
            for transform in made(self.transforms):
                changed = transform(changed, rate_hz)
        return fitted(changed, len(wave))
