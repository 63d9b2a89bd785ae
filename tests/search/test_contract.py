"""What the contract does for a plugin that leaves something out."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from sinesweep.contract import FeatureExtractor


class Halves:
    """Stands for a Keras layer that gives a frame of two values for every other sample."""

    def __init__(self, says: bool):
        self.says = says

    def compute_output_shape(self, shape):
        if not self.says:
            raise NotImplementedError
        return shape[0], shape[1] // 2, 2

    def __call__(self, waves):
        assert not self.says
        assert not waves.any()
        return SimpleNamespace(shape=(len(waves), waves.shape[1] // 2, 2))


@dataclass(frozen=True)
class Halving(FeatureExtractor):
    says: bool = True

    def layer(self, rate_hz):
        return Halves(self.says)


@pytest.mark.parametrize("says", [True, False])
def test_the_shape_of_an_extractor_without_arithmetic_is_that_of_its_layer(says):
    assert Halving(says=says).shape(8000, 100) == (50, 2)
