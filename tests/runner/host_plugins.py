"""Augmentations of waveforms before a step that the tests of the engine name as `host_plugins:Class`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from sinesweep.contract import CostlyAugmentation, HostAugmentation
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


@dataclass(frozen=True)
class Fading(CostlyAugmentation):
    """Makes waves softer by a layer, or turns them into what is no number."""

    kind: Annotated[str, Choice(("well", "nan")), "what it gives"] = "well"

    def layer(self, rate_hz, seed):
        import keras

        kind = self.kind

        class Layer(keras.Layer):
            def build(self, shape):
                self.generator = keras.random.SeedGenerator(seed)

            def call(self, waves, training=False):
                if not training:
                    return waves
                factor = 0.1 + 0.9 * keras.random.uniform((keras.ops.shape(waves)[0], 1), seed=self.generator)
                return waves * (float("nan") if kind == "nan" else factor)

        return Layer()


CHANGED = []
"""An entry for each wave that came to a Mishap in this process."""


@dataclass(frozen=True)
class Mishap(HostAugmentation):
    """Changes nothing, but in the midst of training ends its process or waits for ever, once a folder `MISHAPS`."""

    kind: Annotated[str, Choice(("none", "die", "hang")), "what goes wrong"] = "none"

    def change(self, wave, rate_hz, rng):
        CHANGED.append(rate_hz)
        if len(CHANGED) > 60 and self.kind != "none" and not (mark := Path(os.environ["MISHAPS"], self.kind)).exists():
            mark.touch()
            if self.kind == "die":
                os._exit(1)
            time.sleep(3600)
        return wave
