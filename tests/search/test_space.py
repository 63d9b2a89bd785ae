"""The search space: what a sweep file says, turned into dimensions and configurations."""

import itertools
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.block import Block
from sinesweep.domains import Choice, Float, Int
from sinesweep.errors import SweepError
from sinesweep.picks import grid, random_pick
from sinesweep.ranges import default_range, read_range
from sinesweep.settings import When, settings
from sinesweep.space import SearchSpace

BASE = {"features": {"log_mel": None}, "architectures": {"mlp": None}, "losses": {"cross_entropy": None}}


def space(fit=None, **sections):
    return SearchSpace.of({**BASE, "augmentations": {}, **sections}, fit or {})


def test_a_setting_is_pinned_narrowed_listed_or_left_to_the_plugin():
    given = space(
        features={"log_mel": {"n_mels": 64, "window_ms": [16, 32], "fmin_hz": 20}},
        fit={"learning_rate": {"low": 1e-3, "high": 5e-3}, "epochs": {"low": 3, "high": 9, "log": False}},
    ).dimensions()
    assert "features.log_mel.n_mels" not in given
    assert given["features.log_mel.window_ms"] == Choice((16.0, 32.0))
    assert given["fit.learning_rate"] == Float(1e-3, 5e-3, log=True)
    assert given["fit.epochs"] == Int(3, 9)
    assert given["fit.batch_size"] == Choice((8, 16, 32, 64, 128))


def test_dimensions_of_plugins_that_were_not_chosen_do_not_exist_in_a_trial():
    both = space(features={"log_mel": None, "mfcc": None})
    seen = {}
    both.suggest(lambda name, domain: seen.setdefault(name, "mfcc" if name == "features" else domain_low(domain)))
    assert any(name.startswith("features.mfcc.") for name in seen)
    assert not any(name.startswith("features.log_mel.") for name in seen)


def test_a_setting_that_hangs_on_another_is_searched_only_where_it_counts():
    def names(optimizer):
        seen = {}
        both = space(fit={"optimizer": ["adam", "sgd"]})
        config = both.suggest(
            lambda name, domain: seen.setdefault(name, optimizer if name == "fit.optimizer" else domain_low(domain))
        )
        return seen, config["fit"]

    assert "fit.momentum" in names("sgd")[0]
    seen, fit = names("adam")
    assert "fit.momentum" not in seen
    assert fit["momentum"] == 0.9


@dataclass(frozen=True)
class Nested:
    kind: Annotated[str, Choice(("plain", "deep"))] = "plain"
    layers: Annotated[int, Int(1, 3), When("kind", "deep")] = 2
    skip: Annotated[bool, Choice((True, False)), When("layers", 2)] = True
    gain: Annotated[float, Float(0.5, 2.0, step=0.5), When("kind", "deep"), When("skip", True)] = 1.0


def block(**asked):
    known = settings(Nested)
    ranges = {n: read_range(s, asked[n]) if n in asked else default_range(s) for n, s in known.items()}
    return Block("net", known, ranges, frozenset(asked))


def test_what_hangs_on_a_setting_that_does_not_count_does_not_count_either():
    """`layers` is 2 by default, but a plain network has none."""
    points = list(grid(block().suggest))
    assert len(points) == 1 + 2 + (4 + 1)
    assert points[0] == {"net.kind": "plain"}
    assert block().suggest(lambda name, domain: domain_low(domain)) == {
        "kind": "plain", "layers": 2, "skip": True, "gain": 1.0,
    }  # fmt: skip


def test_a_setting_may_hang_on_several_others():
    assert {name: [str(gate) for gate in gates] for name, gates in block().gates().items()} == {
        "net.kind": [],
        "net.layers": ["net.kind: deep"],
        "net.skip": ["net.layers: 2"],
        "net.gain": ["net.kind: deep", "net.skip: True"],
    }
    assert [str(gate) for gate in block(kind="deep", layers=[2, 3]).gates()["net.gain"]] == ["net.skip: True"]
    assert set(block(layers=[1, 3]).dimensions()) == {"net.kind", "net.layers"}
    assert set(block(kind="plain").dimensions()) == set()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"kind": "plain", "layers": 2}, {"layers": "counts only with kind deep; in this sweep that is plain"}),
        (
            {"kind": "plain", "skip": [True, False], "gain": 1.0},
            dict.fromkeys(("skip", "gain"), "counts only with kind deep; in this sweep that is plain"),
        ),
        ({"layers": [1, 3], "skip": True}, {"skip": "counts only with layers 2; in this sweep that is 1 or 3"}),
        ({"layers": {"low": 3}, "skip": True}, {"skip": "counts only with layers 2; in this sweep that is 3 … 3"}),
        ({"skip": False, "gain": [0.5, 1.0]}, {"gain": "counts only with skip true; in this sweep that is false"}),
        ({"skip": [True, False], "gain": 1.0, "layers": 2, "kind": "deep"}, {}),
        ({"gain": 1.0}, {}),
        ({"kind": "plain"}, {}),
    ],
)
def test_what_is_asked_for_and_can_never_count_is_told_with_what_it_hangs_on(asked, why):
    told = {name: each.partition(". ")[0] for name, each in block(**asked).idle().items()}
    assert told == why


@pytest.mark.parametrize(
    ("fit", "told"),
    [
        (
            {"momentum": 0.5},
            {
                "fit.momentum": "counts only with optimizer sgd, rmsprop or muon; in this sweep that is adam."
                " Leave it out, or give optimizer one of these values"
            },
        ),
        (
            {"optimizer": ["lion", "adadelta"], "beta_2": [0.9, 0.99], "rho": {"low": 0.5}},
            {"fit.beta_2": "Did you mean 'lion_beta_2'?", "fit.rho": "Did you mean 'adadelta_rho'?"},
        ),
        ({"optimizer": ["adam", "sgd"], "momentum": 0.5}, {}),
    ],
)
def test_a_setting_of_another_optimizer_is_idle_and_one_of_some_optimizer_is_not(fit, told):
    idle = space(fit=fit).idle()
    assert idle.keys() == told.keys()
    assert all(sentence in idle[name] for name, sentence in told.items())


def test_an_idle_setting_of_a_plugin_is_named_as_in_the_file():
    asked = {"architectures": {"cnn": {"plan": "16x3/2", "filters": 8, "kernel": {"high": 5}, "pooling": "max"}}}
    idle = space(**asked).idle()
    assert idle.keys() == {"architectures.cnn.filters", "architectures.cnn.kernel"}
    assert 'counts only with plan ""; in this sweep that is 16x3/2.' in idle["architectures.cnn.filters"]


def test_what_is_asked_for_makes_no_other_space():
    assert space(fit={"beta_1": 0.9}) == space()


FURTHER = """
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from sinesweep.contract import Architecture
from sinesweep.domains import Int
from sinesweep.errors import PluginError
from sinesweep.settings import Further, Setting

@dataclass(frozen=True)
class Wide(Architecture):
    sizes: Annotated[str, "names, with a blank between"] = "a b"
    of: Annotated[Mapping[str, int], Further(), "the width of each"] = field(default_factory=dict)

    @classmethod
    def further(cls, asked):
        if asked.get("sizes") == "":
            raise PluginError("sizes: expected one name or more")
        names = asked.get("sizes", "a b").split()
        return {f"of.{name}": Setting(f"of.{name}", int, 1, domain=Int(1, 9)) for name in names}

    def build(self, input_shape, outputs): ...
"""


def test_settings_that_follow_from_another_are_searched_like_fields(tmp_path, monkeypatch):
    (tmp_path / "further_plugin.py").write_text(FURTHER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def wide(**asked):
        return space(architectures={"further_plugin:Wide": {"dropout": 0.0, "l1": 0.0, "l2": 0.0, **asked}})

    start = "architecture.further_plugin:Wide"
    found = wide(sizes="x y", of={"x": {"high": 4}}).dimensions()
    assert {name: found[name] for name in found if name.startswith(start)} == {
        f"{start}.of.x": Int(1, 4), f"{start}.of.y": Int(1, 9),
    }  # fmt: skip
    config = wide().suggest(lambda name, domain: domain_low(domain))["architecture"]
    assert (config["of.a"], config["of.b"], "of" in config) == (1, 1, False)
    with pytest.raises(SweepError, match=r"further_plugin:Wide\.of\.z: there is no such setting"):
        wide(of={"z": 3})
    with pytest.raises(SweepError, match="sizes: expected one name or more"):
        wide(sizes="")


def test_an_augmentation_is_searched_always_or_never():
    three = space(augmentations={"gain": None, "noise": {"enabled": True}, "mixup": {"enabled": False}})
    assert three.dimensions()["augmentations.gain"] == Choice((False, True))
    assert "augmentations.noise" not in three.dimensions()
    without = three.suggest(lambda name, domain: domain_low(domain))
    assert [each["name"] for each in without["augmentations"]] == ["noise"]


def test_a_range_whose_end_comes_first_is_refused_with_the_numbers_that_were_given():
    with pytest.raises(SweepError, match=r"low must not be greater than high; got low=20, high=10$"):
        space(features={"log_mel": {"n_mels": {"low": 20, "high": 10, "step": 4}}})


def test_every_problem_is_named_at_once():
    with pytest.raises(SweepError) as caught:
        space(
            features={"log_mell": None, "mfcc": {"n_mells": 3}},
            architectures={"mlp": {"dropout": {"low": 0.5, "high": 0.1}}},
            fit={"learning_rate": {"low": 0, "high": 1}, "batch_size": "many", "epochs": [], "optimizer": {"low": 1}},
        )
    text = "\n".join(caught.value.problems)
    assert "Did you mean 'log_mel'?" in text
    assert "features.mfcc.n_mells: there is no such setting. Did you mean 'n_mels'?" in text
    assert "architectures.mlp.dropout: low must not be greater than high; got low=0.5, high=0.1" in text
    assert "fit.learning_rate: expected 1e-06 … 10, log, got 0" in text
    assert "fit.batch_size: expected a whole number, got 'many'" in text
    assert "fit.epochs: the list is empty" in text
    assert "fit.optimizer: this setting has no range" in text
    assert len(caught.value.problems) == 7


def test_chance_stays_inside_and_reaches_everything():
    both = space(features={"log_mel": None, "mfcc": None}, augmentations={"gain": None})
    pick = random_pick(np.random.default_rng(0))
    seen = {name: set() for name in both.dimensions()}

    def note(name, domain):
        value = pick(name, domain)
        assert value in domain
        seen[name].add(value)
        return value

    for _ in range(300):
        both.suggest(note)
    assert all(len(values) > 1 for values in seen.values())


def test_a_grid_goes_through_every_combination_once_whatever_hangs_on_what():
    small = space(
        features={"log_mel": pinned("log_mel", n_mels=[32, 64]), "mfcc": pinned("mfcc", n_mfcc=[13, 20, 40])},
        architectures={"mlp": pinned("mlp")},
        losses={"cross_entropy": {"label_smoothing": 0.0}},
        fit={
            "batch_size": 16,
            "learning_rate": 1e-3,
            "optimizer": ["adam", "sgd"],
            "momentum": [0.0, 0.9],
            "nesterov": False,
        },
    )
    points = list(grid(small.suggest))
    assert len(points) == (2 + 3) * (1 + 2)
    assert len({tuple(sorted(point.items())) for point in points}) == len(points)


def test_a_grid_cannot_go_through_a_continuous_range():
    (problem,) = space(fit={"learning_rate": 1e-3}).check_grid()
    assert "a grid cannot go through continuous ranges; give a value or a list of values for" in problem
    assert "fit.learning_rate" not in problem
    with pytest.raises(ValueError, match="a grid needs a list of values"):
        list(itertools.islice(grid(space().suggest), 1))


def test_a_grid_has_an_end():
    sections = {
        "features": {"log_mel": pinned("log_mel")},
        "architectures": {"mlp": pinned("mlp")},
        "losses": {"cross_entropy": {"label_smoothing": 0.0}},
    }
    fit = {"learning_rate": 1e-3, "batch_size": 8, "epochs": {"low": 1, "high": 1000}}
    assert space(fit=fit, **sections).check_grid() == []
    (problem,) = space(fit=fit | {"patience": {"low": 0, "high": 100}}, **sections).check_grid()
    assert "expected a grid of at most 100,000 points, got up to 101,000" in problem


def test_points_to_try_first_are_checked_against_the_space():
    small = space(fit={"batch_size": [16, 32]})
    assert small.check_point({"fit.batch_size": 16}) == []
    assert small.check_point({"fit.batch_size": 24, "fit.rate": 1}) == [
        "fit.batch_size: expected 16, 32, got 24",
        "fit.rate: not a dimension of this sweep." + small.check_point({"fit.rate": 1})[0].partition("sweep.")[2],
    ]


@pytest.mark.parametrize(
    ("alone", "gate", "opened"),
    [
        ({"features.mfcc.n_mfcc": 20}, "features: mfcc", {"features": "mfcc"}),
        ({"augmentations.gain.max_db": 6.0}, "augmentations.gain: True", {"augmentations.gain": True}),
        ({"fit.momentum": 0.5}, "fit.optimizer: sgd or rmsprop or muon", {"fit.optimizer": "sgd"}),
    ],
)
def test_a_point_names_what_its_values_hang_on(alone, gate, opened):
    both = space(
        features={"log_mel": None, "mfcc": None}, augmentations={"gain": None}, fit={"optimizer": ["adam", "sgd"]}
    )
    assert both.check_point(alone) == [f"{next(iter(alone))}: counts only with {gate}"]
    assert both.check_point(alone | opened) == []


def test_a_point_need_not_name_what_every_trial_has():
    one = space(features={"mfcc": None}, augmentations={"gain": {"enabled": True}}, fit={"optimizer": "sgd"})
    assert one.check_point({"features.mfcc.n_mfcc": 20, "augmentations.gain.max_db": 6.0, "fit.momentum": 0.5}) == []
    both = space(fit={"optimizer": ["sgd", "rmsprop"]})
    assert both.check_point({"fit.momentum": 0.5}) == []
    assert both.check_point({"fit.nesterov": True}) == ["fit.nesterov: counts only with fit.optimizer: sgd or muon"]


def test_a_range_ends_on_a_whole_step_and_a_point_lies_on_one():
    stepped = space(fit={"epochs": {"low": 20, "high": 45, "step": 4, "log": False}})
    assert stepped.dimensions()["fit.epochs"] == Int(20, 44, step=4)
    assert stepped.check_point({"fit.epochs": 24}) == []
    assert stepped.check_point({"fit.epochs": 26}) == ["fit.epochs: expected 20 … 44 by 4, got 26"]


@pytest.mark.parametrize("step", [0, -2, 2.5, True, "2", None])
def test_a_step_is_a_whole_number(step):
    with pytest.raises(SweepError, match=r"fit\.epochs: step: expected a whole number of at least 1"):
        space(fit={"epochs": {"low": 1, "high": 9, "log": False, "step": step}})


def test_a_plugins_own_range_ends_on_a_whole_step():
    @dataclass(frozen=True)
    class Stepped:
        bands: Annotated[int, Int(8, 256, step=4, search=(20, 45))] = 20

    assert default_range(settings(Stepped)["bands"]) == Int(20, 44, step=4)


def test_a_step_where_none_can_be_is_an_error():
    with pytest.raises(SweepError, match="step belongs to whole numbers"):
        space(fit={"learning_rate": {"low": 1e-3, "high": 1e-2, "step": 1}})
    with pytest.raises(SweepError, match="1 where log is on"):
        space(fit={"epochs": {"low": 1, "high": 9, "log": True, "step": 2}})


def domain_low(domain):
    return domain.options[0] if isinstance(domain, Choice) else domain.low


def pinned(name, **wanted):
    """All settings of a plugin at their defaults, but for those that are wanted otherwise."""
    kind = "architectures" if name == "mlp" else "features"
    return {key: setting.default for key, setting in settings(registry.load(kind, name)).items()} | wanted
