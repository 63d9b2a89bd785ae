"""The search space: from what a sweep asks for and what its plugins declare to full configurations.

Every dimension has a name such as `features.log_mel.n_mels`; the choice of the plugin is the dimension `features`.
Dimensions of a plugin that was not chosen do not exist in that trial.
"""

from __future__ import annotations

import math
import random
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.block import Block, Gate
from sinesweep.domains import Choice, Domain, Float, Scalar, steps
from sinesweep.errors import PluginError, SweepError, did_you_mean
from sinesweep.fit import Fit
from sinesweep.picks import Pick, count, grid
from sinesweep.ranges import Pinned, Range, default_range, read_range
from sinesweep.settings import Setting, holder, settings, spread
from sinesweep.trial import Config

SECTIONS = {"features": "features", "architecture": "architectures", "loss": "losses"}
"""The keys of a configuration that name one plugin each, and the kinds that they come from."""

LARGEST_GRID = 100_000
"""So many points of a grid are held in memory, and shuffled; no sweep tries more."""


@dataclass(frozen=True)
class Option:
    """An augmentation that the search may leave out: `enabled` pinned to True or False, or None to search it."""

    block: Block
    name: str
    enabled: bool | None


@dataclass(frozen=True)
class SearchSpace:
    """All configurations that a sweep may try."""

    choices: Mapping[str, Mapping[str, Block]]
    options: tuple[Option, ...]
    fit: Block

    @classmethod
    def of(cls, plugins: Mapping[str, Mapping[str, Mapping[str, Any] | None]], fit: Mapping[str, Any]) -> SearchSpace:
        """Reads the plugin sections of a sweep (`features`, `architectures`, `losses`, `augmentations`) and `fit`.

        Raises:
            SweepError: all problems at once.
        """
        problems: list[str] = []
        choices = {
            key: {name: _block(kind, key, name, asked or {}, problems) for name, asked in plugins.get(kind, {}).items()}
            for key, kind in SECTIONS.items()
        }
        options = tuple(_option(name, asked or {}, problems) for name, asked in plugins["augmentations"].items())
        fit_block = _ranges("fit", settings(Fit), fit, problems)
        if problems:
            raise SweepError(*problems)
        return cls(choices, options, fit_block)

    def suggest(self, pick: Pick) -> Config:
        """One configuration, every value chosen by `pick`."""
        config: dict[str, Any] = {}
        for key, blocks in self.choices.items():
            name = str(_pick_one(key, tuple(blocks), pick))
            config[key] = {"name": name, **blocks[name].suggest(pick)}
        config["augmentations"] = [
            {"name": option.name, **option.block.suggest(pick)}
            for option in self.options
            if (pick(option.block.prefix, Choice((False, True))) if option.enabled is None else option.enabled)
        ]
        config["fit"] = self.fit.suggest(pick)
        return config

    def dimensions(self) -> dict[str, Domain]:
        """Every dimension by name, whichever plugin it belongs to."""
        found: dict[str, Domain] = {}
        for key, blocks in self.choices.items():
            if len(blocks) > 1:
                found[key] = Choice(tuple(blocks))
            for block in blocks.values():
                found |= block.dimensions()
        for option in self.options:
            if option.enabled is None:
                found[option.block.prefix] = Choice((False, True))
            if option.enabled is not False:
                found |= option.block.dimensions()
        return found | self.fit.dimensions()

    def gates(self) -> dict[str, list[Gate]]:
        """What each dimension hangs on: the choice of its plugin, its augmentation's switch, another setting."""
        found: dict[str, list[Gate]] = {}
        for key, blocks in self.choices.items():
            for name, block in blocks.items():
                found |= _behind([Gate(key, (name,))] if len(blocks) > 1 else [], block)
        for option in self.options:
            found |= _behind([Gate(option.block.prefix, (True,))] if option.enabled is None else [], option.block)
        return found | self.fit.gates()

    def notes(self) -> list[str]:
        """What is not searched although somebody may expect it, a sentence each."""
        return [note for blocks in self.choices.values() for block in blocks.values() for note in block.notes()]

    def idle(self) -> dict[str, str]:
        """Why settings that somebody asks for can count in no trial, by their names in a sweep file."""
        blocks = {f"{kind}.{name}": each for key, kind in SECTIONS.items() for name, each in self.choices[key].items()}
        blocks |= {f"augmentations.{each.name}": each.block for each in self.options if each.enabled is not False}
        blocks["fit"] = self.fit
        return {f"{where}.{key}": why for where, block in blocks.items() for key, why in block.idle().items()}

    def check_point(self, point: Mapping[str, Any]) -> list[str]:
        """What is wrong with `{dimension: value}`, a sentence each: unknown names, values that are not searched, and
        values of dimensions that a trial may not have."""
        known, gates = self.dimensions(), self.gates()
        unknown = [
            f"{name}: not a dimension of this sweep.{did_you_mean(name, known)}" for name in point.keys() - known
        ]
        outside = [
            f"{name}: expected {known[name]}, got {point[name]!r}"
            for name in point.keys() & known
            if not inside(point[name], known[name])
        ]
        shut = [
            f"{name}: counts only with {gate}"
            for name in point.keys() & gates.keys()
            for gate in gates[name]
            if not gate.open(point)
        ]
        return sorted(unknown + outside + shut)

    def check_grid(self) -> list[str]:
        """Why a grid cannot go through this space, a sentence each."""
        continuous = [name for name, domain in self.dimensions().items() if math.isinf(count(domain))]
        if continuous:
            return [
                f"search.sampler: a grid cannot go through continuous ranges; give a value or a list of values for"
                f" {', '.join(continuous)}, or take another sampler"
            ]
        if self.size() > LARGEST_GRID:
            return [
                f"search.sampler: expected a grid of at most {LARGEST_GRID:,} points, got up to {self.size():,.0f};"
                " narrow the ranges, or take another sampler"
            ]
        return []

    def shuffled_grid(self, seed: int) -> Iterator[dict[str, Scalar]]:
        """Every point once, in an order that the seed alone decides.

        Raises:
            SweepError: a grid cannot go through this space.
        """
        problems = self.check_grid()
        if problems:
            raise SweepError(*problems)
        points = list(grid(self.suggest))
        random.Random(seed).shuffle(points)
        return iter(points)

    @property
    def longest(self) -> int:
        """The most epochs that a trial may train."""
        epochs = self.fit.ranges["epochs"]
        if isinstance(epochs, Pinned):
            return int(epochs.value)
        return int(max(epochs.options) if isinstance(epochs, Choice) else epochs.high)

    def plugins(self) -> dict[str, tuple[type[Any], Block]]:
        """Every plugin that a configuration may have, with its settings, by the name that `plugins_of` gives it."""
        named = [
            (f"{key} '{name}'", SECTIONS[key], name, block)
            for key, blocks in self.choices.items()
            for name, block in blocks.items()
        ]
        named += [(f"augmentation '{each.name}'", "augmentations", each.name, each.block) for each in self.options]
        return {label: (registry.load(kind, name), block) for label, kind, name, block in named}

    def works_without(self, aside: Container[str]) -> bool:
        """Whether configurations are left that have none of these plugins, named as `plugins_of` names them."""
        chosen = all(any(f"{key} '{name}'" not in aside for name in blocks) for key, blocks in self.choices.items())
        return chosen and not any(each.enabled and f"augmentation '{each.name}'" in aside for each in self.options)

    def size(self) -> float:
        """How many configurations there are at most; infinite with a continuous range."""
        total = self.fit.size()
        for blocks in self.choices.values():
            total *= sum(block.size() for block in blocks.values())
        for option in self.options:
            total *= {None: 1 + option.block.size(), True: option.block.size(), False: 1}[option.enabled]
        return total


def _pick_one(name: str, options: tuple[str, ...], pick: Pick) -> Scalar:
    return options[0] if len(options) == 1 else pick(name, Choice(options))


def _block(kind: str, key: str, name: str, asked: Mapping[str, Any], problems: list[str]) -> Block:
    try:
        plugin = registry.load(kind, name)
        with blaming(key, name, "further", PluginError):
            known = _all_settings(plugin, asked)
    except PluginError as reason:
        problems.append(f"{kind}: {reason}")
        return Block(f"{key}.{name}", {}, {})
    return _ranges(f"{key}.{name}", known, spread(asked, known), problems, where=f"{kind}.{name}")


def _all_settings(plugin: type[Any], asked: Mapping[str, Any]) -> dict[str, Setting]:
    """The settings of a plugin and those that follow from what is asked for."""
    fields = settings(plugin)
    held = holder(plugin)
    if held is None:
        return dict(fields)
    further = plugin.further({name: value for name, value in asked.items() if name in fields and name != held})
    own = {name: setting for name, setting in fields.items() if name != held}
    return own | {name: replace(setting, further=True) for name, setting in further.items()}


def _option(name: str, asked: Mapping[str, Any], problems: list[str]) -> Option:
    enabled = asked.get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        problems.append(f"augmentations.{name}.enabled: expected true or false, got {enabled!r}")
    rest = {key: value for key, value in asked.items() if key != "enabled"}
    return Option(_block("augmentations", "augmentations", name, rest, problems), name, enabled)


def _ranges(
    prefix: str, known: Mapping[str, Setting], asked: Mapping[str, Any], problems: list[str], where: str = ""
) -> Block:
    where = where or prefix
    problems += [f"{where}.{k}: there is no such setting.{did_you_mean(k, known)}" for k in asked if k not in known]
    ranges: dict[str, Range] = {}
    for name, setting in known.items():
        ranges[name] = default_range(setting)
        if name in asked:
            try:
                ranges[name] = read_range(setting, asked[name])
            except (ValueError, TypeError) as reason:
                problems.append(f"{where}.{name}: {reason}")
        elif setting.required:
            problems.append(f"{where}.{name}: missing ({setting.help})")
    return Block(prefix, known, ranges, frozenset(asked))


def inside(value: Any, domain: Domain) -> bool:
    """Whether a search may come to `value`; a domain itself allows values between its steps and options too."""
    if isinstance(domain, Choice):
        return value in domain.options
    if value not in domain:
        return False
    if isinstance(domain, Float):
        return domain.step is None or any(math.isclose(value, number, abs_tol=1e-12) for number in steps(domain))
    return bool((value - domain.low) % domain.step == 0)


def _behind(gates: list[Gate], block: Block) -> dict[str, list[Gate]]:
    return {name: gates + inner for name, inner in block.gates().items()}
