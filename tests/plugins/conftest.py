"""What the tests of the feature extractors share.

Fixtures:
    cases: framings and mel banks by name, from 8 to 44.1 kHz, odd ones and clips shorter than a window among them.
    case: each of them in turn.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest


def in_float64(config):
    """A layer's configuration, itself and its parts in double precision."""
    if isinstance(config, dict):
        return {key: "float64" if key == "dtype" else in_float64(value) for key, value in config.items()}
    return [in_float64(each) for each in config] if isinstance(config, list) else config


@contextmanager
def double_precision():
    """Within, every backend computes in float64 where a layer does; torch, beside plain numbers, in float32 again."""
    import keras

    floatx = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        if keras.backend.backend() == "jax":
            import jax

            with jax.enable_x64(True):
                yield
        else:
            yield
    finally:
        keras.config.set_floatx(floatx)


@dataclass(frozen=True)
class Case:
    """A sound's rate and length, a framing in samples, and the mel bank as librosa calls its settings."""

    rate_hz: int
    samples: int
    window: int
    hop: int
    n_fft: int
    mels: dict = field(default_factory=dict)
    shape: str = "hann"

    def sounds(self):
        """Noise, a chirp in faint noise, a decaying tone, an impulse, a faint copy of the chirp, silence."""
        rng = np.random.default_rng(self.samples)
        t = np.arange(self.samples) / self.rate_hz
        noise = rng.normal(0, 0.2, self.samples)
        phases = 2 * np.pi * (100 * t + 0.2 * self.rate_hz * t**2 / max(t[-1], 1e-3))
        sweep = 0.7 * np.sin(phases) + 1e-3 * noise
        tone = np.exp(-5 * t) * np.sin(2 * np.pi * 440 * t) + 1e-4 * noise
        impulse = np.zeros(self.samples)
        impulse[self.samples // 3] = 1
        return np.stack([noise, sweep, tone, impulse, 0.01 * sweep, 0 * t]).astype("float32")

    def framing(self):
        """The framing in this package's words."""
        power_of_two = 1 << (self.window - 1).bit_length()
        sizes = {2 * power_of_two: "double", self.window: "window", power_of_two: "power_of_two"}
        return {
            "window_ms": 1000 * self.window / self.rate_hz,
            "hop_ms": 1000 * self.hop / self.rate_hz,
            "fft_size": sizes[self.n_fft],
            "window": self.shape,
        }

    def mel_bank(self):
        """Framing and mel bank in this package's words."""
        return self.framing() | {
            "n_mels": self.mels["n_mels"],
            "mel_scale": "htk" if self.mels.get("htk") else "slaney",
            "fmin_hz": self.mels.get("fmin", 0.0),
            "fmax_hz": self.mels.get("fmax", 0.0),
        }

    def stft(self, wave):
        """librosa's, complex `(bins, frames)`."""
        import librosa

        return librosa.stft(wave, n_fft=self.n_fft, hop_length=self.hop, win_length=self.window, window=self.shape)

    def mel(self, wave, power=2.0):
        """librosa's, `(n_mels, frames)`."""
        import librosa

        bank = {"htk": False, "fmin": 0.0, "fmax": None} | self.mels
        spectrum = np.abs(self.stft(wave)) ** power
        return librosa.feature.melspectrogram(S=spectrum, sr=self.rate_hz, n_fft=self.n_fft, **bank)

    def extract(self, plugin, dtype="float32"):
        """Our features of all sounds at once `(clips, frames, bins)`, and the sounds."""
        from keras import ops

        waves = self.sounds()
        plugin.check(self.rate_hz, self.samples)
        layer = plugin.layer(self.rate_hz)
        if dtype == "float64":
            with double_precision():
                layer = type(layer).from_config(in_float64(layer.get_config()))
                ours = ops.convert_to_numpy(layer(waves))
        else:
            ours = ops.convert_to_numpy(layer(waves))
        assert ours.dtype == "float32" or dtype == "float64"
        assert ours.shape[1:] == plugin.shape(self.rate_hz, self.samples)
        return ours, waves


CASES = {
    "8k_digits": Case(8000, 4000, 256, 80, 256, {"n_mels": 20}),
    "8k_n_fft_is_the_window": Case(8000, 4000, 200, 80, 200, {"n_mels": 32}),
    "8k_shorter_than_n_fft": Case(8000, 700, 1024, 160, 1024, {"n_mels": 40}),
    "8k_much_shorter_than_n_fft": Case(8000, 60, 512, 16, 1024, {"n_mels": 24}),
    "11k_hop_is_the_window": Case(11025, 9000, 276, 276, 512, {"n_mels": 24}),
    "16k_speech": Case(16000, 16000, 400, 160, 512, {"n_mels": 80, "htk": True}),
    "16k_speech_band": Case(16000, 15999, 400, 160, 1024, {"n_mels": 40, "fmin": 80.0, "fmax": 7600.0}),
    "16k_n_fft_400": Case(16000, 12345, 400, 123, 400, {"n_mels": 64, "htk": True, "fmin": 20.0}),
    "22k_librosa_defaults": Case(22050, 44100, 2048, 512, 2048, {"n_mels": 128}),
    "22k_odd_window": Case(22050, 22051, 999, 333, 1024, {"n_mels": 64}),
    "22k_odd_n_fft": Case(22050, 30000, 551, 221, 551, {"n_mels": 40}),
    "22k_hamming": Case(22050, 33333, 1014, 276, 1024, {"n_mels": 60}, "hamming"),
    "22k_double": Case(22050, 22050, 353, 110, 1024, {"n_mels": 48, "htk": True}, "hamming"),
    "32k_fmin_fmax": Case(32000, 40000, 1000, 320, 1000, {"n_mels": 96, "fmin": 50.0, "fmax": 14000.0}),
    "44k_music": Case(44100, 66150, 2028, 551, 2048, {"n_mels": 128}),
    "44k_odd_window_htk": Case(44100, 50001, 1323, 441, 2048, {"n_mels": 80, "htk": True, "fmax": 16000.0}),
}


@pytest.fixture(scope="session")
def cases():
    return CASES


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request):
    return request.param
