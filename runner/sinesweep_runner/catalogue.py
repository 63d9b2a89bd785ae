"""The plugins that are installed, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from sinesweep import registry
from sinesweep.domains import searched
from sinesweep.errors import PluginError, did_you_mean
from sinesweep.settings import Setting, settings


def table(kind: str | None = None) -> str:
    """A Markdown table of all plugins, or of one kind. A broken one is listed with its reason.

    Raises:
        PluginError: there is no such kind.
    """
    if kind is not None and kind not in registry.KINDS:
        raise PluginError(f"no kind of plugin named '{kind}'.{did_you_mean(kind, registry.KINDS)}")
    rows = [
        (listed.kind, listed.name, listed.distribution, _what(listed))
        for each in ([kind] if kind else registry.KINDS)
        for listed in registry.listing(each)
    ]
    return markdown_table(("kind", "name", "distribution", "what it is"), rows)


def describe(kind: str, name: str) -> str:
    """What one plugin is, and a table of its settings.

    Raises:
        PluginError: it is unknown or broken.
    """
    if kind not in registry.KINDS:
        raise PluginError(f"no kind of plugin named '{kind}'.{did_you_mean(kind, registry.KINDS)}")
    plugin = registry.load(kind, name)
    rows = [_row(setting) for setting in settings(plugin).values()]
    head = f"{name} ({kind}) — {(plugin.__doc__ or '').strip()}"
    return head + "\n\n" + markdown_table(("setting", "default", "unit", "allowed", "searched", "what it is"), rows)


def markdown_table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table that reads well as text and renders as Markdown."""
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in (titles, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _what(listed: registry.Listed) -> str:
    broken = registry.reason_broken(listed.kind, listed.name)
    if broken is not None:
        return f"BROKEN: {broken}"
    return (registry.load(listed.kind, listed.name).__doc__ or "").strip().partition("\n")[0]


def _row(setting: Setting) -> tuple[str, ...]:
    domain = setting.domain
    proposed = searched(domain) if domain is not None else None
    default = "required" if setting.required else str(setting.default)
    when = f" (with {setting.when.field} {' or '.join(map(str, setting.when.values))})" if setting.when else ""
    allowed, range_ = ("" if domain is None else str(domain)), ("no" if proposed is None else str(proposed))
    return setting.name, default, setting.unit, allowed, range_, setting.help + when
