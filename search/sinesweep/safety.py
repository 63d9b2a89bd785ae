"""Augmentations against the labels of a sweep's data, and against what lies outside its file."""

from __future__ import annotations

from collections.abc import Iterator

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.contract import LABELS, Augmenter
from sinesweep.errors import PluginFault, SweepError, UserError
from sinesweep.settings import make, settings
from sinesweep.sweep import Sweep


def unsafe_augmentations(sweep: Sweep) -> list[str]:
    """A sentence for each augmentation that may make labels wrong, as far as the sweep or its reader says what they
    tell.

    Raises:
        PluginFault: the reader cannot say it.
    """
    told = _told(sweep)
    sentences = []
    for name, plugin in _augmentations(sweep):
        wrong = [f"{label} ({LABELS[label]})" for label in LABELS if label in told & plugin.unsafe_for]
        if wrong:
            sentences.append(
                f"augmentation '{name}' may change what the labels tell: {'; '.join(wrong)}. Leave it out, unless its"
                " settings keep the labels right"
            )
    return sentences


def _told(sweep: Sweep) -> frozenset[str]:
    """What the labels tell, as the sweep and its reader say."""
    name = sweep.data.reader
    reader = make(registry.load("datasets", name), sweep.data.settings(), "data")
    with blaming("reader", name, "tells"):
        told: frozenset[str] = reader.tells() | set(sweep.data.labels)
    return told


def check_resources(sweep: Sweep) -> None:
    """Sees that the files, folders and packages that augmentations need are there.

    Raises:
        SweepError: a sentence for each that is not.
    """
    problems: list[str] = []
    for name, plugin in _augmentations(sweep):
        known, asked = settings(plugin), sweep.augmentations[name] or {}
        outside = {key: value for key, value in asked.items() if key in known and known[key].domain is None}
        try:
            made = make(plugin, outside, f"augmentation.{name}")
            with blaming("augmentation", name, "check_resources", UserError):
                made.check_resources()
        except PluginFault as fault:
            problems.append(str(fault))
        except UserError as reason:
            problems += [f"augmentations.{name}: {line}" for line in str(reason).splitlines()]
    if problems:
        raise SweepError(*problems)


def _augmentations(sweep: Sweep) -> Iterator[tuple[str, type[Augmenter]]]:
    """Those that a trial may have."""
    for name, asked in sweep.augmentations.items():
        if (asked or {}).get("enabled") is not False:
            yield name, registry.load("augmentations", name)
