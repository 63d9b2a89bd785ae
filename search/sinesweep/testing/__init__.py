"""The promises of plugins, as test suites that their authors inherit: one class a kind, with one hole.

    import pytest
    from sinesweep.testing import FeaturesSuite

    from my_package import SpectralTilt


    class TestSpectralTilt(FeaturesSuite):
        @pytest.fixture
        def plugin(self):
            return SpectralTilt()

pytest runs what it inherits. `sinesweep plugins check NAME` runs the same suite without pytest, and says in words what
came of it. The built-in plugins are held to these suites and to no other promises.
"""

from sinesweep.testing.architectures import ArchitectureSuite
from sinesweep.testing.augmentations import AugmentationSuite
from sinesweep.testing.baselines import BaselineSuite
from sinesweep.testing.datasets import DatasetSuite
from sinesweep.testing.features import FeaturesSuite
from sinesweep.testing.losses import LossSuite
from sinesweep.testing.suite import PluginSuite
from sinesweep.testing.verdicts import SUITES, Verdict, examine

__all__ = [
    "SUITES",
    "ArchitectureSuite",
    "AugmentationSuite",
    "BaselineSuite",
    "DatasetSuite",
    "FeaturesSuite",
    "LossSuite",
    "PluginSuite",
    "Verdict",
    "examine",
]
