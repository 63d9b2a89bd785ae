"""The plugins that are installed, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinesweep import registry
from sinesweep.contract import Baseline
from sinesweep.domains import searched
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.form import docstring
from sinesweep.settings import Setting, settings
from sinesweep_runner import backend

TITLES = ("setting", "default", "unit", "allowed", "searched", "what it is")

HEAD = """# Catalogue

Every built-in plugin with its settings, written by `sinesweep plugins catalogue`. *Allowed* is what a sweep file may
ask for; *searched* is what a sweep tries where its file says nothing, and *no* means that the default is kept. Settings
of baselines are not searched. How to write a plugin of your own stands in [plugins.md](plugins.md).
"""

ABOUT = {
    "features": "Front ends: from a waveform to what the network sees.",
    "augmentations": "Random changes of training examples.",
    "architectures": "Families of networks: from features to logits.",
    "losses": "What training makes small.",
    "datasets": "Readers of data sets, for `data.reader`.",
    "baselines": "Classical models that every search has to beat.",
}


def table(kind: str | None = None) -> str:
    """A Markdown table of all plugins, or of one kind. A broken one is listed with its reason, which is told once where
    it is that of several plugins of one module.

    What is announced where nobody looks stands below it.

    Raises:
        PluginError: there is no such kind.
    """
    if kind is not None:
        check_kind(kind)
    told: dict[tuple[str, str], str] = {}
    with backend.without_notices():
        rows = [
            (listed.kind, listed.name, listed.distribution, _what(listed, told))
            for each in ([kind] if kind else registry.KINDS)
            for listed in registry.listing(each)
        ]
    lost = [sentence for sentences in registry.strays().values() for sentence in sentences]
    return "\n".join([markdown_table(("kind", "name", "distribution", "what it is"), rows), *lost])


def page() -> str:
    """The catalogue of the built-in plugins as one Markdown document, the same on every machine."""
    sections = [HEAD]
    for kind in registry.KINDS:
        sections.append(f"## {kind}\n\n{ABOUT[kind]}\n")
        own = [each.name for each in registry.listing(kind) if each.distribution.partition(" ")[0] == "sinesweep"]
        sections += [_entry(kind, name) for name in own]
    return "\n".join(sections)


def check_kind(kind: str) -> None:
    """Raises PluginError where there is no such kind."""
    if kind not in registry.KINDS:
        raise PluginError(f"no kind of plugin named '{kind}'.{did_you_mean(kind, registry.KINDS)}")


def settings_table(plugin: type[registry.Plugin]) -> str:
    """A Markdown table of the settings of a plugin; of a baseline nothing is searched, and no column says so."""
    left_out = {"searched"} if issubclass(plugin, Baseline) else set()
    titles = tuple(title for title in TITLES if title not in left_out)
    rows = (dict(zip(TITLES, _row(setting), strict=True)) for setting in settings(plugin).values())
    return markdown_table(titles, [tuple(row[title] for title in titles) for row in rows])


def documentation(plugin: type[registry.Plugin]) -> str:
    """The docstring of a plugin, its indentation removed, or that it has none."""
    return docstring(plugin) or "(it has no docstring)"


def markdown_table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table that reads well as text and renders as Markdown."""
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in (titles, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _entry(kind: str, name: str) -> str:
    plugin = registry.load(kind, name)
    entry = f"### {name}\n\n{documentation(plugin)}\n"
    return f"{entry}\n{settings_table(plugin)}\n" if settings(plugin) else entry


def _what(listed: registry.Listed, told: dict[tuple[str, str], str]) -> str:
    """The first line of a plugin's docstring, or why it is broken.

    Args:
        told: by module and reason the plugin whose row tells that reason; a new one is added.
    """
    broken = registry.reason_broken(listed.kind, listed.name)
    if broken is not None:
        why = listed.target.partition(":")[0], broken.partition(": ")[2]
        first = told.setdefault(why, listed.name)
        return f"BROKEN: {broken}" if first == listed.name else f"BROKEN for the same reason as {first}"
    return documentation(registry.load(listed.kind, listed.name)).partition("\n")[0]


def _row(setting: Setting) -> tuple[str, ...]:
    domain = setting.domain
    proposed = searched(domain) if domain is not None else None
    default = "required" if setting.required else str(setting.default)
    when = "".join(f" (with {each.field} {_either(each.values)})" for each in setting.when)
    allowed, range_ = ("" if domain is None else str(domain)), ("no" if proposed is None else str(proposed))
    return setting.name, default, setting.unit, allowed, range_, setting.help + when


def _either(values: Sequence[Any]) -> str:
    return " or ".join(str(value) or "empty" for value in values)
