"""Mel bands: the settings that mel, log-mel and MFCC share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from sinesweep.domains import Choice, Float, Int
from sinesweep.errors import Infeasible
from sinesweep_plugins.features.filterbanks import MelBank
from sinesweep_plugins.features.framed import Framed

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class MelBands(Framed):
    """An extractor that sums a spectrum over bands as wide as hearing's."""

    n_mels: Annotated[int, Int(8, 256, step=4, search=(20, 128)), "bands"] = 64
    mel_scale: Annotated[
        str, Choice(("slaney", "htk"), search=False), "spacing: Slaney's (librosa's default) or HTK's"
    ] = "slaney"
    fmin_hz: Annotated[float, Float(0.0, 20000.0, search=False), "Hz", "where the lowest band begins"] = 0.0
    fmax_hz: Annotated[
        float, Float(0.0, 96000.0, search=False), "Hz", "where the highest band ends; 0 is half the sample rate"
    ] = 0.0

    def bank(self, rate_hz: int) -> MelBank:
        """The filters."""
        fft_length = self.framing(rate_hz).fft_length
        fmax_hz = self.fmax_hz or rate_hz / 2
        return MelBank(rate_hz, fft_length, self.n_mels, self.fmin_hz, fmax_hz, self.mel_scale)

    def values(self, rate_hz: int) -> int:
        """One a band."""
        return self.n_mels

    def check(self, rate_hz: int, samples: int) -> None:
        """As for all frames, and: bands that lie outside the spectrum or are narrower than its bins."""
        super().check(rate_hz, samples)
        bank = self.bank(rate_hz)
        if bank.fmax_hz > rate_hz / 2:
            raise Infeasible(f"fmax_hz {bank.fmax_hz:g} is over half the sample rate, {rate_hz / 2:g} Hz")
        if bank.fmin_hz >= bank.fmax_hz:
            raise Infeasible(f"fmin_hz {bank.fmin_hz:g} is not below fmax_hz {bank.fmax_hz:g}")
        if empty := bank.empty():
            raise Infeasible(
                f"{empty} of {self.n_mels} mel filters are empty at {rate_hz} Hz with n_fft {bank.fft_length}; "
                "take fewer mels or a longer window"
            )

    def bins_hz(self, rate_hz: int) -> Sequence[float] | None:
        """The tops of the filters; None where derivatives stand behind them."""
        return None if self.deltas else self.bank(rate_hz).edges_hz()[1:-1].tolist()

    def filters(self, rate_hz: int) -> keras.Layer:
        """From the bins of a spectrum to bands."""
        from sinesweep_plugins.features.layers.mel_filters import MelFilters

        return MelFilters(**asdict(self.bank(rate_hz)))
