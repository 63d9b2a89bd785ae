"""A configuration as a piece of a sweep file."""

import numpy as np
import pytest
from ruamel.yaml import YAML

from sinesweep.picks import random_pick
from sinesweep.report.pinned import pinned
from sinesweep.sweepfile import check_document

DOCUMENT = {
    "name": "made up",
    "data": {"reader": "folder", "path": "."},
    "features": ["log_mel", "mfcc", "stack"],
    "architectures": ["cnn", "mlp"],
    "losses": ["cross_entropy", "focal"],
    "augmentations": ["gain", "time_mask"],
}


@pytest.mark.parametrize("seed", range(10))
def test_a_sweep_file_with_a_pinned_configuration_asks_for_it_and_for_nothing_else(seed):
    config = check_document(DOCUMENT).space().suggest(random_pick(np.random.default_rng(seed)))
    again = check_document(DOCUMENT | YAML(typ="safe").load(pinned(config))).space()
    assert not again.dimensions()
    assert again.suggest(random_pick(np.random.default_rng(0))) == config
