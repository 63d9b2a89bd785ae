"""A stream gives, chunk by chunk, the answers of the whole."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from sinesweep.errors import ArtifactError, UserError
from sinesweep_runner import Stream, predict


@pytest.fixture(scope="module")
def stereo(tone):
    """2 s at 11,025 Hz, `(samples, 2)`: low, then high."""
    wave = np.concatenate([tone(300, 1, 11025), tone(900, 1, 11025)])
    return np.stack([wave, 0.5 * wave], axis=1)


@pytest.mark.parametrize("chunk", [1000, 4321, 100_000])
def test_chunks_of_any_size_give_the_answers_of_the_file(model, stereo, chunk, tmp_path):
    soundfile.write(tmp_path / "some.wav", stereo, 11025, subtype="FLOAT")
    stream = Stream(model, hop_s=0.15)
    told = [stream.feed(stereo[start : start + chunk], 11025) for start in range(0, len(stereo), chunk)]
    given = [each for answers in [*told, stream.end()] for each in answers]
    asked = predict(model, [tmp_path / "some.wav"], hop_s=0.15)
    assert [(each.start_s, each.stop_s, each.label) for each in given] == [
        (each.start_s, each.stop_s, each.label) for each in asked
    ]
    for one, other in zip(given, asked, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


def test_an_answer_comes_as_soon_as_its_window_is_whole(model, tone):
    stream = Stream(model)
    wave = tone(300, 1)
    assert stream.feed(wave[:1999], 4000) == []
    (first,) = stream.feed(wave[1999:2000], 4000)
    assert (first.label, first.start_s, first.stop_s) == ("low", 0.0, 0.5)


def test_whole_numbers_are_taken_as_parts_of_full_scale(model, tone):
    floats = Stream(model).feed(tone(), 4000)
    whole = Stream(model).feed(np.round(tone() * 2**15).astype(np.int16), 4000)
    assert whole[0].probabilities == pytest.approx(floats[0].probabilities, abs=1e-3)


def test_a_stream_that_ends_early_is_filled_up(model, tone):
    stream = Stream(model)
    assert stream.feed(tone(300, 0.3), 4000) == []
    (only,) = stream.end()
    assert (only.start_s, only.stop_s) == (0.0, 0.3)
    assert Stream(model).end() == []


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.full(10, np.nan), "NaN or infinite"),
        (np.zeros((2, 2, 2)), "got float64 of shape"),
        (np.zeros(10, np.uint8), "got uint8"),
        (["a"], "floats or signed integers"),
        (np.zeros((2, 1000)), "turn it: samples.T"),
    ],
)
def test_what_is_no_sound_is_refused(model, samples, message):
    with pytest.raises(UserError, match=message):
        Stream(model).feed(samples, 4000)


def test_an_empty_chunk_brings_no_answer(model, tone):
    stream = Stream(model)
    assert stream.feed(np.array([]), rate_hz=4000) == []
    assert [*stream.feed(tone(), rate_hz=4000), *stream.feed(np.empty(0), rate_hz=4000), *stream.end()]


def test_a_stream_keeps_its_rate(model, tone):
    stream = Stream(model)
    stream.feed(tone(), 4000)
    with pytest.raises(ArtifactError, match="began at 4000 Hz and goes on at 8000 Hz"):
        stream.feed(tone(), 8000)
    with pytest.raises(ArtifactError, match="expected more than 0"):
        Stream(model).feed(tone(), 0)
