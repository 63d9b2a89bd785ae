"""Host-side augmentations that the tests of the engine name as `host_plugins:Class`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from sinesweep.contract import HostAugmentation
from sinesweep.domains import Choice

HISSED = []
"""An entry for each wave that a Hiss was added to."""


@dataclass(frozen=True)
class Hiss(HostAugmentation):
    """Adds noise on the host."""

    def change(self, wave, rate_hz, rng):
        HISSED.append(rate_hz)
        return wave + 0.05 * rng.standard_normal(len(wave), dtype="float32")


@dataclass(frozen=True)
class Louder(HostAugmentation):
    """Makes waves louder on the host."""

    def change(self, wave, rate_hz, rng):
        return wave * (1 + rng.random(dtype="float32"))


@dataclass(frozen=True)
class Broken(HostAugmentation):
    """Gives waves that are too long, or no numbers."""

    kind: Annotated[str, Choice(("longer", "nan")), "what is wrong"] = "nan"

    def change(self, wave, rate_hz, rng):
        return np.append(wave, wave[:1]) if self.kind == "longer" else wave * np.float32("nan")
