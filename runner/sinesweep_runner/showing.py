"""One plugin in full: what it is, its settings, what it takes and gives, and where it comes from."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.contract import (
    Architecture,
    Augmenter,
    Baseline,
    DatasetReader,
    FrontEnd,
    HostExtractor,
    Loss,
    Plugin,
    Stage,
)
from sinesweep.contract.frontend import FEATURES
from sinesweep.errors import Infeasible, PluginError, PluginFault, nearest
from sinesweep.form import FORMS
from sinesweep.settings import make, settings
from sinesweep_runner import backend
from sinesweep_runner.catalogue import check_kind, documentation, settings_table
from sinesweep_runner.training.shapes import asks_layer, shape_of

RATES_HZ = (8000, 16000, 44100)

CHANGED = {
    Stage.HOST: "waveforms, on the host, before a training step",
    Stage.WAVEFORM: "waveforms",
    Stage.WAVEFORM_BATCH: "batches of waveforms, and their targets",
    Stage.FEATURES: "features",
    Stage.BATCH: "batches of features, and their targets",
}
"""What the augmentations of a stage change."""


def find(name: str, kind: str | None = None) -> tuple[str, type[Plugin]]:
    """The kind and the class of a plugin, by its installed name or as `module:Class`.

    Raises:
        PluginError: there is none, it is broken, or plugins of several kinds have that name and none was chosen.
    """
    with backend.without_notices():  # a plugin's module may import Keras
        return _found(name, kind)


def _found(name: str, kind: str | None) -> tuple[str, type[Plugin]]:
    if kind is not None:
        check_kind(kind)
        return kind, _loaded(kind, name)
    kinds = registry.kinds(name)
    if len(kinds) > 1:
        raise PluginError(f"there are {len(kinds)} plugins named '{name}': say --kind {' or --kind '.join(kinds)}")
    if not kinds and ":" in name:
        bases = ", ".join(form.__name__ for forms in FORMS.values() for form in forms)
        raise PluginError(f"'{name}' is no plugin; expected a class that inherits from one of {bases}")
    if not kinds:
        known = {each for kind in registry.KINDS for each in registry.names(kind)}
        near = "" if name in registry.strays() else nearest(name, known)
        raise PluginError(
            f"no plugin named '{name}'.{near or f' {registry.why_unknown(name)}'} `sinesweep plugins` lists all."
        )
    return kinds[0], _loaded(kinds[0], name)


def _loaded(kind: str, name: str) -> type[Plugin]:
    registry.check_claimed_once(kind, name)
    return registry.load(kind, name)


def show(name: str, kind: str | None = None) -> str:
    """All that is known of a plugin, as text; raises PluginError as `find` does."""
    kind, plugin = find(name, kind)
    parts = [f"{name} ({kind}): {documentation(plugin)}"]
    if settings(plugin):
        parts.append(settings_table(plugin))
    facts = {**dict(_shapes(name, plugin)), **dict(_origin(kind, name, plugin))}
    width = max(map(len, facts))
    parts.append("\n".join(f"{title + ':':<{width + 1}} {fact}" for title, fact in facts.items()))
    return "\n\n".join(parts)


def _shapes(name: str, plugin: type[Plugin]) -> Iterator[tuple[str, str]]:
    """What it takes and gives."""
    if issubclass(plugin, FrontEnd):
        where = "on the host, before the model" if issubclass(plugin, HostExtractor) else "inside the model"
        yield "takes", "float32 waveforms (batch, samples)"
        yield "gives", f"float32 features {FEATURES}, computed {where}"
        yield "exports", _exported(plugin)
        if not any(setting.required for setting in settings(plugin).values()):
            yield "of one second", _of_one_second(name, plugin)
    elif issubclass(plugin, Augmenter):
        yield "changes", f"{CHANGED[plugin.stage]}, in training only"
        yield "unsafe for", ", ".join(sorted(plugin.unsafe_for)) or "no labels"
    elif issubclass(plugin, Architecture):
        yield "takes", f"float32 features {FEATURES}"
        yield "gives", "logits (batch, outputs)"
        yield "exports", _exported(plugin)
    elif issubclass(plugin, Loss):
        yield "takes", "targets and logits, both (batch, outputs)"
        yield "tasks", ", ".join(sorted(plugin.tasks))
    elif issubclass(plugin, DatasetReader):
        yield "gives", "clips with their labels, groups and folds"
    elif issubclass(plugin, Baseline):
        yield "takes", "a float32 waveform (samples,) of any length"
        yield "tasks", ", ".join(sorted(plugin.tasks))


def _exported(plugin: type[FrontEnd | Architecture]) -> str:
    return "yes, as a SavedModel" if plugin.exports else "no"


def _of_one_second(name: str, plugin: type[FrontEnd]) -> str:
    try:
        front = make(plugin, {}, f"features.{name}")
        return "; ".join(_at(name, front, rate_hz) for rate_hz in RATES_HZ)
    except PluginFault as fault:
        return f"unknown: {fault} (`sinesweep plugins check {name}` says where)"


def _at(name: str, front: FrontEnd, rate_hz: int) -> str:
    """The shape of a second at this rate; raises PluginFault where the plugin does not say."""
    try:
        with blaming("features", name, "check"):
            front.check(rate_hz, rate_hz)
    except Infeasible as reason:
        return f"not at {rate_hz} Hz ({reason})"
    if asks_layer(front):
        backend.load()
    shape = shape_of(front, name, rate_hz, rate_hz)
    return f"{' × '.join(map(str, shape))} at {rate_hz} Hz"


def _origin(kind: str, name: str, plugin: type[Plugin]) -> Iterator[tuple[str, str]]:
    """Whose it is and where it lies."""
    listed = registry.listed(kind, name)
    yield "distribution", f"{listed.distribution}, as {listed.target}" if listed else "none: named as module:Class"
    try:
        line = inspect.getsourcelines(plugin)[1]
        yield "source", f"{inspect.getsourcefile(plugin)}, line {line}"
    except (OSError, TypeError):
        yield "source", f"module {plugin.__module__}"
    stated = any("contract" in vars(base) for base in plugin.__mro__ if base is not Plugin)
    yield "contract", f"{plugin.contract}{'' if stated else ' (none stated)'}"
