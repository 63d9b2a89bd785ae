"""A trial finds what the last one of its process has computed, where it needs the same."""

from __future__ import annotations

import numpy as np
import pytest

from sinesweep.trial import State, Trial
from sinesweep_runner.training import inputs, lately
from sinesweep_runner.training.train import train


@pytest.fixture
def computed(monkeypatch):
    """How often features were computed; nothing is kept from other tests, nor on disk."""
    monkeypatch.setattr(lately, "_kept", {})
    monkeypatch.setenv("SINESWEEP_FEATURES_GB", "0")
    times, compute = [], inputs.answers
    monkeypatch.setattr(inputs, "answers", lambda *given: times.append(1) or compute(*given))
    return times


def features(**settings):
    return {"features": {"name": "log_mel", "n_mels": 24, "hop_ms": 16.0, **settings}}


def trained(config, material):
    result = train(Trial(1, config, 7), material, lambda report: True)
    assert result.state is State.COMPLETE
    return result


def test_the_features_of_a_front_end_are_computed_once_for_all_trials_that_follow_one_another(
    make_config, make_material, computed
):
    material = make_material()
    first, wider = make_config(**features()), make_config(**features(), fit={"epochs": 3})
    alone = trained(wider, material)
    computed.clear()
    lately._kept.clear()
    trained(first, material)
    assert trained(wider, material).folds == alone.folds
    trained(make_config(**features(normalisation="per_clip")), material)
    assert len(computed) == 1


def test_another_front_end_or_other_sounds_are_computed_anew(make_config, make_material, computed):
    material, others = make_material(), make_material()
    trained(make_config(**features()), material)
    trained(make_config(**features(n_mels=32)), material)
    trained(make_config(**features(n_mels=32)), others)
    assert len(computed) == 3


def test_one_array_of_a_kind_stays_and_none_that_is_large(monkeypatch):
    monkeypatch.setattr(lately, "_kept", {})
    monkeypatch.setattr(lately, "KEPT_BYTES", 100)
    small, large = np.zeros(10), np.zeros(100)
    assert lately.lately("features", 1, lambda: small) is small
    assert lately.lately("features", 1, lambda: large) is small
    assert lately.lately("features", 2, lambda: large) is large
    assert lately._kept == {}


def test_what_is_kept_cannot_be_written_to():
    kept = lately.lately("test", object(), lambda: np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1
