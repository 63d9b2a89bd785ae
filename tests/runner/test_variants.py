"""Augmentations before a step, across the waveforms of a batch, and from folders, in whole trials and sweeps."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from sinesweep.errors import PluginFault, SweepError
from sinesweep.settings import make
from sinesweep.sweepfile import check_document
from sinesweep.trial import Cause, State, Trial
from sinesweep_runner import run as sweep_and_finish
from sinesweep_runner.checking import check_sweep
from sinesweep_runner.training.stopwatch import Stopwatch
from sinesweep_runner.training.train import train
from sinesweep_runner.training.variants import Variants

WAVES = np.random.default_rng(0).standard_normal((6, 100)).astype(np.float32)
ROWS = np.array([2, 0, 5])


def run(config, material, seed=1):
    return train(Trial(3, config, seed), material, lambda report: True, None)


@pytest.fixture
def variants():
    """Makes the variants of `WAVES` under some of the augmentations of `host_plugins`, with their settings."""

    def made(*augmentations, seed=1, **options):
        plugins = importlib.import_module("host_plugins")
        chain = [make(getattr(plugins, name), given, name) for name, given in augmentations]
        inputs = SimpleNamespace(
            parts=SimpleNamespace(augmentations=chain),
            config={"augmentations": [{"name": name} for name, _ in augmentations]},
            material=SimpleNamespace(length=SimpleNamespace(rate_hz=4000)),
            train_source=lambda: WAVES,
            watch=Stopwatch(),
        )
        return Variants(inputs, seed, **options)

    return made


@pytest.fixture
def called(monkeypatch):
    """An entry for each wave that a layer outside of a training step was called with."""
    from sinesweep_runner.training.intraining import InTraining

    waves, predict = [], InTraining.predict_on_batch
    monkeypatch.setattr(InTraining, "predict_on_batch", lambda self, x: waves.append(x[0]) or predict(self, x))
    return waves


def test_without_a_host_augmentation_the_examples_are_those_that_there_are(variants):
    assert variants().source_of(1) is WAVES


def test_each_epoch_and_each_clip_has_its_own_draw(variants):
    made = variants(("Hiss", {}))
    first, second = made.source_of(1)[ROWS], made.source_of(2)[ROWS]
    added = first - WAVES[ROWS]
    assert len({wave.tobytes() for wave in (*added, *(second - WAVES[ROWS]))}) == 6
    np.testing.assert_array_equal(made.source_of(1)[ROWS[::-1]], first[::-1])
    np.testing.assert_array_equal(variants(("Hiss", {})).source_of(1)[ROWS], first)
    assert not np.array_equal(variants(("Hiss", {}), seed=2).source_of(1)[ROWS], first)


def test_variants_are_made_once_and_taken_in_turn(variants):
    made = variants(("Hiss", {"variants": 2}))
    calls = importlib.import_module("host_plugins").HISSED
    calls.clear()
    epochs = [made.source_of(epoch)[ROWS] for epoch in range(1, 6)]
    assert len(calls) == 2 * len(ROWS)
    np.testing.assert_array_equal(epochs[0], epochs[2])
    np.testing.assert_array_equal(epochs[1], epochs[3])
    assert not np.array_equal(epochs[0], epochs[1])


def test_what_does_not_fit_into_memory_is_made_again_and_is_the_same(variants):
    kept, streamed = (variants(("Hiss", {"variants": 2}), limit_bytes=limit) for limit in (10_000, 400))
    for epoch in (1, 2, 3):
        np.testing.assert_array_equal(streamed.source_of(epoch)[ROWS], kept.source_of(epoch)[ROWS])


def test_a_later_augmentation_draws_anew_over_an_earlier_ones_variants(variants):
    made = variants(("Hiss", {"variants": 1}), ("Louder", {}))
    first, second = made.source_of(1)[ROWS], made.source_of(2)[ROWS]
    ratio = second / first
    np.testing.assert_allclose(ratio, ratio[:, :1] * np.ones((1, 100)), rtol=1e-4)
    assert not np.allclose(ratio, 1)


def test_variants_of_a_costly_layer_are_made_once_and_taken_in_turn(variants, called):
    made = variants(("Fading", {"variants": 2}))
    epochs = [made.source_of(epoch)[ROWS] for epoch in range(1, 6)]
    assert len(called) == 2 * len(ROWS)
    np.testing.assert_array_equal(epochs[0], epochs[2])
    np.testing.assert_array_equal(epochs[1], epochs[3])
    factors = np.concatenate([epoch / WAVES[ROWS] for epoch in epochs[:2]])
    np.testing.assert_allclose(factors, factors[:, :1] * np.ones((1, 100)), rtol=1e-4)
    assert len({f"{factor:.4f}" for factor in factors[:, 0]}) == 6


def test_a_variant_follows_from_seed_clip_and_number_whatever_was_made_before(variants):
    first = variants(("Fading", {"variants": 3})).source_of(1)[ROWS]
    again = variants(("Fading", {"variants": 3}))
    again.source_of(2)[np.arange(6)]
    np.testing.assert_array_equal(again.source_of(1)[ROWS[::-1]], first[::-1])
    streamed = variants(("Fading", {"variants": 3}), limit_bytes=0)
    for _ in range(2):
        np.testing.assert_array_equal(streamed.source_of(1)[ROWS], first)
    other = variants(("Fading", {"variants": 3}), seed=2).source_of(1)[ROWS]
    assert (other != first).any(axis=1).all()


def test_host_and_costly_augmentations_follow_one_another_as_configured(variants, called):
    quiet = variants(("Hiss", {"variants": 1}), ("Fading", {"variants": 1})).source_of(1)[ROWS]
    hissed = variants(("Hiss", {"variants": 1})).source_of(1)[ROWS]
    np.testing.assert_array_equal(np.stack(called), hissed)
    factors = quiet / hissed
    np.testing.assert_allclose(factors, factors[:, :1] * np.ones((1, 100)), rtol=1e-4)


def test_a_costly_augmentation_without_variants_is_left_to_the_graph(variants):
    assert variants(("Fading", {})).source_of(1) is WAVES


@pytest.mark.parametrize(
    ("kind", "told"), [("longer", r"it gives float32 \(101,\)"), ("nan", "it gives samples that are NaN")]
)
def test_a_wave_that_breaks_the_promise_is_told_with_its_plugin(variants, kind, told):
    with pytest.raises(PluginFault, match=f"'Broken' failed in change: {told}"):
        variants(("Broken", {"kind": kind})).source_of(1)[ROWS]


# whole trials


@pytest.fixture
def folder(tmp_path):
    """A folder of two noises that die away."""
    for number in range(2):
        wave = np.random.default_rng(number).standard_normal(900) * np.exp(-np.arange(900) / 60) / 4
        soundfile.write(tmp_path / f"{number}.wav", wave, 8000)
    return str(tmp_path)


def test_trials_with_every_stage_train_and_repeat(make_config, make_material, folder):
    augmentations = [
        {"name": "host_plugins:Hiss", "variants": 2},
        {"name": "background_noise", "folder": folder},
        {"name": "impulse_response", "folder": folder},
        {"name": "between_class"},
        {"name": "filter_augment"},
        {"name": "cutmix", "probability": 0.3},
    ]
    material, config = make_material(folds=1), make_config(augmentations=augmentations, fit={"epochs": 6})
    first, again, other = run(config, material), run(config, material), run(config, material, seed=2)
    assert first.failure is None
    assert first.value > 0.8
    assert first.phases["augment"] > 0
    assert first.folds == again.folds
    assert first.folds != other.folds


def test_training_clips_alone_are_changed_on_the_host(make_config, make_material):
    hissed = importlib.import_module("host_plugins").HISSED
    hissed.clear()
    config = make_config(augmentations=[{"name": "host_plugins:Hiss", "variants": 1}], fit={"epochs": 3})
    assert run(config, make_material(folds=1)).state is State.COMPLETE
    assert len(hissed) == 24  # of 48, the others validate


def test_what_it_does_wrong_is_the_trials_failure(make_config, make_material):
    result = run(make_config(augmentations=[{"name": "host_plugins:Broken", "kind": "nan"}]), make_material(folds=1))
    assert result.failure.cause is Cause.PLUGIN
    assert "host_plugins:Broken' failed in change" in result.failure.message


def test_a_costly_one_is_computed_ahead_for_training_clips_alone_and_repeats(make_config, make_material, called):
    augmentations = [{"name": "gain"}, {"name": "time_stretch", "probability": 1.0, "variants": 2}]
    material, config = make_material(folds=1), make_config(augmentations=augmentations, fit={"epochs": 3})
    first = run(config, material)
    assert first.state is State.COMPLETE
    assert first.phases["augment"] > 0
    assert len(called) == 2 * 24  # of 48 clips, the others validate
    assert run(config, material).folds == first.folds
    assert run(config, material, seed=2).folds != first.folds


def test_what_a_costly_one_does_wrong_is_the_trials_failure(make_config, make_material):
    fading = {"name": "host_plugins:Fading", "kind": "nan", "variants": 1}
    result = run(make_config(augmentations=[fading]), make_material(folds=1))
    assert result.failure.cause is Cause.PLUGIN
    assert "host_plugins:Fading' failed in layer: it gives samples that are NaN" in result.failure.message


# whole sweeps


def test_a_sweep_searches_over_variants(tone_sweep, tmp_path, called):
    asked = {"enabled": True, "probability": 1.0, "variants": [1, 2]}
    document = tone_sweep(augmentations={"pitch_shift": asked}, budget={"trials": 2})
    outcome = sweep_and_finish(check_document(document), tmp_path / "sweep")
    assert outcome.board.best.config["augmentations"][0]["variants"] in (1, 2)
    assert called


def test_check_and_run_warn_of_augmentations_that_make_labels_wrong(tone_sweep, write_sweep, tmp_path, capfd):
    document = tone_sweep(augmentations={"frequency_translation": {"enabled": True}}, budget={"trials": 1})
    document["data"] |= {"labels": ["pitch"]}
    warning = "WARNING: augmentation 'frequency_translation' may change what the labels tell: pitch (which note it is"
    assert warning in check_sweep(write_sweep(**document))
    capfd.readouterr()
    sweep_and_finish(check_document(document), tmp_path / "sweep")
    told = capfd.readouterr()
    assert warning in told.out + told.err


def test_a_folder_that_is_missing_stops_check_and_run_before_any_work(tone_sweep, write_sweep, tmp_path):
    asked = {"impulse_response": {"folder": str(tmp_path / "rooms")}}
    expected = f"augmentations.impulse_response: folder: {tmp_path / 'rooms'} is no folder; expected a folder of sounds"
    for call in (
        lambda: check_sweep(write_sweep(augmentations=asked)),
        lambda: sweep_and_finish(check_document(tone_sweep(augmentations=asked)), tmp_path / "sweep"),
    ):
        with pytest.raises(SweepError) as told:
            call()
        assert expected in str(told.value)
    assert not (tmp_path / "sweep").exists()
