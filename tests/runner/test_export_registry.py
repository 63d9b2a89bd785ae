"""Every built-in that can be in a model, exported to every format: docs/exports.md says what comes of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.configuration import Parts
from sinesweep.contract import HostExtractor
from sinesweep.errors import ExportError
from sinesweep.lengths import Length
from sinesweep_runner.export.conversion import convert
from sinesweep_runner.export.exporting import TOLERANCE
from sinesweep_runner.export.formats import Format
from sinesweep_runner.export.quantisation import quantise
from sinesweep_runner.export.runtimes import open_file
from sinesweep_runner.training.assembly import build_answerer, build_front, build_network, check
from sinesweep_runner.training.normalisation import normaliser

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
LENGTH = Length("pad", 8000, 4000)
OWN_FRONT = {"raw_conv1d": "waveform"}
"""Networks that take no `log_mel`."""


def table(kind):
    """What the page says: `{plugin: {format: yes or no}}`."""
    section = PAGE.split(f"| {kind} |")[1].split("\n\n")[0]
    head, _, *rows = [f"|{line.strip('|')}|" for line in section.strip().splitlines()]
    names = re.findall(r"`(\w+)`", head)
    return {
        plugin: dict(zip(names, re.findall(r"\b(yes|no)\b", rest), strict=True))
        for plugin, rest in (re.match(r"\| `(\w+)` (.*)", row).groups() for row in rows)
    }


def sounds():
    """Noise, tones in faint noise, and silence, float32 `(9, samples)`."""
    rng = np.random.default_rng(0)
    tones = np.sin(2 * np.pi * np.geomspace(60, 3500, 4)[:, None] * np.arange(LENGTH.samples) / LENGTH.rate_hz)
    noise = rng.standard_normal((8, LENGTH.samples)) * np.array([[0.2, 0.05, 0.01, 0.002] + 4 * [1e-3]]).T
    return np.concatenate([noise + np.concatenate([0 * tones, 0.3 * tones]), noise[:1] * 0]).astype("float32")


def made(features, architecture):
    """A model of both, untrained, with the settings that they have by default."""
    import keras

    config = {
        "features": {"name": features},
        "architecture": {"name": architecture},
        "loss": {"name": "cross_entropy"},
        "augmentations": [],
        "fit": {},
    }
    parts = Parts.of(config)
    shape = check(config, LENGTH)
    keras.utils.set_random_seed(0)
    front = build_front(parts, config, LENGTH, shape)
    between = normaliser(parts.features, [np.asarray(front(sounds()))])
    network = build_network(parts, config, shape, 3)
    return build_answerer([front, between], (LENGTH.samples,), network, keras.layers.Activation("softmax"))


def answers_alike(model, name, folder):
    """Whether an export of a model answers as it does; of int8, whether there is one."""
    target, int8 = Format(name.removesuffix("_int8")), name.endswith("_int8")
    waves = sounds()
    expected = model.predict(waves, verbose=0)
    try:
        convert(model, target, folder / target.file)
        if int8:
            quantise(target, folder / target.file, model, waves)
    except ExportError:
        return False
    run = open_file(target, folder / target.file, 1)
    difference = np.abs(np.concatenate([run(wave[None]) for wave in waves]) - expected).max()
    return bool(np.isfinite(difference) if int8 else difference <= TOLERANCE)


@pytest.mark.parametrize("name", registry.names("features"))
def test_front_ends_export_as_the_page_says(name, tmp_path):
    said = table("front end")[name]
    if issubclass(registry.load("features", name), HostExtractor):
        assert set(said.values()) == {"no"}
        return
    for target, word in said.items():
        assert answers_alike(made(name, "mlp"), target, tmp_path) is (word == "yes"), target


@pytest.mark.parametrize("name", registry.names("architectures"))
def test_networks_export_as_the_page_says(name, tmp_path):
    if name == "keras_tuner":
        pytest.skip("it builds whatever a hypermodel says")
    for target, word in table("network")[name].items():
        model = made(OWN_FRONT.get(name, "log_mel"), name)
        (tmp_path / target).mkdir()
        assert answers_alike(model, target, tmp_path / target) is (word == "yes"), target
