"""Writes recordings that the example's sweep can be tried on, with their selection tables.

    python make_data.py [FOLDER]      four recordings, by default in the folder `recordings`

A recording is six seconds of noise with a low and a high call in turn, as a biologist might have marked them in Raven.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 8000
RECORDINGS, CALLS, CALL_S = 4, 12, 0.5
PITCHES_HZ = {"low": 400, "high": 2000}


def recording(rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """A waveform, and the rows of its table: number, begin, end, what it is."""
    samples = round(CALL_S * RATE_HZ)
    time_s = np.arange(samples) / RATE_HZ
    wave, rows = 0.01 * rng.standard_normal(CALLS * samples), []
    for call in range(CALLS):
        label = list(PITCHES_HZ)[call % len(PITCHES_HZ)]
        pitch_hz = PITCHES_HZ[label] * rng.uniform(0.9, 1.1)
        wave[call * samples : (call + 1) * samples] += 0.3 * np.sin(2 * np.pi * pitch_hz * time_s)
        rows.append((str(call + 1), f"{call * CALL_S}", f"{(call + 1) * CALL_S}", label))
    return wave, rows


def main(folder: Path) -> None:
    """Writes the recordings and their tables."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for number in range(RECORDINGS):
        wave, rows = recording(rng)
        soundfile.write(folder / f"dawn{number}.wav", wave, RATE_HZ)
        lines = [("Selection", "Begin Time (s)", "End Time (s)", "Annotation"), *rows]
        table = folder / f"dawn{number}.Table.1.selections.txt"
        table.write_text("\n".join("\t".join(line) for line in lines), encoding="utf-8")
    print(f"{folder}: {RECORDINGS} recordings with {CALLS} calls each, {' and '.join(PITCHES_HZ)}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "recordings"))
