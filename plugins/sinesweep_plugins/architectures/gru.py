"""The recurrent network with gated units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sinesweep_plugins.architectures._recurrence import FrameReader


@dataclass(frozen=True)
class GRU(FrameReader):
    """Gated recurrent units: features are read frame by frame, with a quarter fewer weights than an LSTM.

    Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk and Bengio, "Learning Phrase Representations using RNN
    Encoder–Decoder for Statistical Machine Translation", EMNLP 2014.
    """

    cell: ClassVar[str] = "gru"
