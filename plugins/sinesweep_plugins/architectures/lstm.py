"""The recurrent network with long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sinesweep_plugins.architectures._recurrence import FrameReader


@dataclass(frozen=True)
class LSTM(FrameReader):
    """Long short-term memory: features are read frame by frame, one way or both.

    Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997.
    """

    cell: ClassVar[str] = "lstm"
