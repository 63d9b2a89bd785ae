"""Every plugin of this package keeps the promises of its kind, and a few of its own."""

import numpy as np
import pytest
from sinesweep_extras.auto_pool import AutoPoolNet
from sinesweep_extras.gammatone import Gammatone
from sinesweep_extras.margin import Margin
from sinesweep_extras.mean_spectrum import MeanSpectrum
from sinesweep_extras.raven import Raven
from sinesweep_extras.telephone import Telephone

from sinesweep import DatasetError
from sinesweep.testing import (
    ArchitectureSuite,
    AugmentationSuite,
    BaselineSuite,
    DatasetSuite,
    FeaturesSuite,
    LossSuite,
)

TABLE = """Selection\tView\tBegin Time (s)\tEnd Time (s)\tAnnotation
1\tSpectrogram 1\t0.5\t1.25\tblackbird
1\tWaveform 1\t0.5\t1.25\tblackbird
2\tSpectrogram 1\t2.0\t2.5\trobin
"""


class TestGammatone(FeaturesSuite):
    @pytest.fixture
    def plugin(self):
        return Gammatone()


class TestTelephone(AugmentationSuite):
    @pytest.fixture
    def plugin(self):
        return Telephone()


class TestAutoPool(ArchitectureSuite):
    @pytest.fixture
    def plugin(self):
        return AutoPoolNet()


class TestMargin(LossSuite):
    @pytest.fixture
    def plugin(self):
        return Margin()


class TestRaven(DatasetSuite):
    @pytest.fixture
    def plugin(self, recordings):
        return Raven(path=str(recordings))


class TestMeanSpectrum(BaselineSuite):
    @pytest.fixture
    def plugin(self):
        return MeanSpectrum()


@pytest.fixture
def recordings(tmp_path):
    (tmp_path / "dawn.wav").touch()
    (tmp_path / "dawn.Table.1.selections.txt").write_text(TABLE)
    return tmp_path


def test_a_tone_is_loudest_in_the_band_around_it():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000, dtype="float32")
    loudest = np.asarray(Gammatone(bands=64).layer(16000)(tone[None])).mean(axis=(0, 1)).argmax()
    # 21.4 log10(1 + 0.00437 f): 15.6 at 1000 Hz, between 1.8 at 50 Hz and 32.3 at 7200 Hz.
    assert loudest == pytest.approx(63 * (15.6 - 1.8) / (32.3 - 1.8), abs=1)


def test_a_telephone_has_no_treble():
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (4, 8000)).astype("float32")
    line = Telephone(lowest_cutoff_hz=1000.0, highest_cutoff_hz=1000.0, bits=12, probability=1.0).layer(8000, 1)
    spectrum = np.abs(np.fft.rfft(np.asarray(line(noise, training=True)))).mean(axis=0)
    assert spectrum[1200:].mean() < 0.02 * spectrum[:1000].mean()


def test_without_a_margin_it_is_cross_entropy():
    from sinesweep import Task

    logits, targets = np.log([[0.7, 0.2, 0.1]]).astype("float32"), np.eye(3, dtype="float32")[:1]
    assert float(Margin(margin=0.0).build(Task.CLASSIFICATION)(targets, logits)) == pytest.approx(-np.log(0.7))
    assert float(Margin(margin=2.0).build(Task.CLASSIFICATION)(targets, logits)) > 1


def test_a_selection_is_a_clip_and_counts_once(recordings):
    data = Raven(path=str(recordings)).read()
    found = [(clip.label, clip.start_s, clip.stop_s, clip.group) for clip in data.clips]
    assert found == [("blackbird", 0.5, 1.25, "dawn"), ("robin", 2.0, 2.5, "dawn")]


def test_a_table_without_its_recording_is_told(recordings):
    (recordings / "dawn.wav").unlink()
    with pytest.raises(DatasetError, match=r"expected dawn\.wav beside it"):
        Raven(path=str(recordings)).read()
