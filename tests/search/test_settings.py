"""A plugin's fields are the one statement of its settings."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from pydantic import TypeAdapter

from sinesweep.domains import Choice, Float, Int
from sinesweep.errors import PluginError
from sinesweep.settings import Code, Further, Setting, When, counting, make, settings, spread, values


@dataclass(frozen=True)
class Example:
    path: Annotated[str, "where it lies"]
    hop_ms: Annotated[float, Float(5, 20), "ms", "step between frames"] = 10.0
    n_mels: Annotated[int, Int(8, 128), "mel bands"] = 64
    kind: Annotated[str, Choice(("a", "b")), "which one"] = "a"
    depth: Annotated[int, Int(1, 3), When("kind", "b"), "how deep"] = 1
    label: Annotated[str | None, "an optional name"] = None


def test_a_field_states_type_default_range_unit_and_help_in_one_line():
    hop = settings(Example)["hop_ms"]
    assert (hop.type, hop.default, hop.domain, hop.unit, hop.help) == (
        float,
        10.0,
        Float(5, 20),
        "ms",
        "step between frames",
    )
    assert settings(Example)["path"].required
    assert settings(Example)["depth"].when == (When("kind", "b"),)
    assert settings(Example)["label"].domain is None


def test_what_hangs_on_a_setting_that_does_not_count_does_not_count_either():
    @dataclass(frozen=True)
    class Nested(Example):
        skip: Annotated[bool, Choice((False, True)), When("depth", 1), "skip a level"] = False

    given = {"skip": True, "depth": 1, "n_mels": 64, "further.units": 3}
    assert counting(Nested, {"kind": "b"} | given) == {"kind": "b"} | given
    assert counting(Nested, {"kind": "a"} | given) == {"kind": "a", "n_mels": 64, "further.units": 3}


def test_values_and_make_are_inverse():
    example = Example("x", n_mels=32, kind="b")
    assert make(Example, values(example), "example") == example


def test_whole_numbers_are_numbers_where_a_number_is_asked_for():
    assert make(Example, {"path": "x", "hop_ms": 10}, "example").hop_ms == 10.0


def test_every_wrong_value_is_named_at_once_with_the_way_out():
    with pytest.raises(PluginError) as caught:
        make(Example, {"hop_mss": 3, "hop_ms": "fast", "n_mels": 4, "kind": "c", "label": 3}, "features.example")
    text = str(caught.value)
    assert "features.example.hop_mss: there is no such setting. Did you mean 'hop_ms'?" in text
    assert "features.example.hop_ms: expected a number, got 'fast'" in text
    assert "features.example.n_mels: expected 8 … 128, got 4" in text
    assert "features.example.kind: expected a, b, got 'c'" in text
    assert "features.example.label: expected text or nothing, got 3" in text
    assert "features.example.path: missing (where it lies)" in text


@pytest.mark.parametrize("value", [64.5, "64", True, None, [64]])
def test_a_wrong_type_is_not_bent_into_the_right_one(value):
    with pytest.raises(PluginError, match="expected a whole number"):
        make(Example, {"path": "x", "n_mels": value}, "example")


@pytest.mark.parametrize("kind", [bool, int, float, str, float | None])
@pytest.mark.parametrize("value", [True, 3, 10**30, 2.0, 0.1, math.nan, math.inf, "3", "\ud800", None, [1]])
def test_a_value_is_read_as_strict_json_whichever_way_it_takes(kind, value):
    def read(way):
        try:
            return repr(way(value))
        except ValueError:
            return "refused"

    strict = TypeAdapter(kind)
    assert read(Setting("x", kind, None).parse) == read(lambda v: strict.validate_json(json.dumps(v), strict=True))


@dataclass(frozen=True)
class Open:
    model: Annotated[str, Code(trusted=("ours.models",)), "module:name"] = "ours.models:build"
    hp: Annotated[Mapping[str, bool | int | float | str], Further(), "its own settings"] = field(default_factory=dict)


def test_further_settings_are_named_behind_their_field_and_kept_in_it():
    given = {"model": "hers:build", "hp.units": 8, "hp.a/b c": 0.5}
    opened = make(Open, given, "open")
    assert opened.hp == {"units": 8, "a/b c": 0.5}
    assert make(Open, values(opened), "open") == opened
    assert [type(value) for value in make(Open, {"hp": {"a": 1, "b": 1.0, "c": True}}, "open").hp.values()] == [
        int, float, bool,
    ]  # fmt: skip
    with pytest.raises(PluginError, match=r"open\.hq\.units: there is no such setting"):
        make(Open, {"hq.units": 8}, "open")


def test_further_settings_may_be_written_under_their_fields_name():
    known = ("model", "hp.units", "hp.a.b")
    nested = {"model": "m", "hp": {"units": {"low": 1}, "a.b": 3, "other": 4}}
    flat = {"model": "m", "hp.units": {"low": 1}, "hp.a.b": 3, "hp.other": 4}
    assert spread(nested, known) == flat
    assert spread({"model": "m", "hp": {"units": {"low": 1}, "a": {"b": 3}, "other": 4}}, known) == flat
    assert spread(flat, known) == flat


@pytest.mark.parametrize(
    ("value", "runs"),
    [("ours.models:build", False), ("ours.models.deep:x", False), ("ours.modelsx:x", True), ("os:system", True)],
)
def test_a_setting_that_names_code_knows_whose_it_is(value, runs):
    assert settings(Open)["model"].code.runs(value) is runs
