"""Embedding: sounds as `data:` URIs, small enough for a page that takes them along."""

from __future__ import annotations

import base64
import io

import numpy as np

from sinesweep_runner.sound.audiofile import resample

MP3_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

COMPRESSION = 0.5
"""Of libsndfile, from 0 to 1: 3 kB a second at 8 kHz and 13 kB at 44.1 kHz; what is lost is not heard."""


def data_uri(content: bytes, media_type: str) -> str:
    """Bytes as a `data:` URI."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def sound_uri(wave: np.ndarray, rate_hz: int) -> str:
    """A float32 waveform `(samples,)` as MP3, which every browser plays, at the nearest rate above that MP3 has.

    Where libsndfile was built without MP3 it is a WAV of 16 bits.
    """
    import soundfile

    to_hz = next((each for each in MP3_RATES_HZ if each >= rate_hz), MP3_RATES_HZ[-1])
    wave = resample(wave, rate_hz, to_hz).clip(-1.0, 1.0)
    stream = io.BytesIO()
    if "MP3" in soundfile.available_formats():
        soundfile.write(stream, wave, to_hz, format="MP3", compression_level=COMPRESSION)
        return data_uri(stream.getvalue(), "audio/mpeg")
    soundfile.write(stream, wave, to_hz, format="WAV", subtype="PCM_16")
    return data_uri(stream.getvalue(), "audio/wav")
