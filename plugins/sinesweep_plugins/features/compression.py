"""The settings of compression, as fields for the extractors that compress."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from sinesweep.domains import Choice, Float
from sinesweep.settings import When

Kind: TypeAlias = Annotated[
    str, Choice(("db", "ln", "log1p")), "10 log10(energy), ln(energy + 1e-6) or ln(1 + 10 energy)"
]

TopDb: TypeAlias = Annotated[
    float, Float(0.0, 200.0, search=False), "dB", "no value is more than this below the clip's loudest; 0 is off"
]

TopDbOfDb: TypeAlias = Annotated[TopDb, When("compression", "db")]
