"""`sinesweep plugins check`: the suite of a kind, run on a plugin, and told in words."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Sequence

from ruamel.yaml import YAML

from sinesweep.contract import Plugin
from sinesweep.errors import PluginError
from sinesweep.settings import make, settings
from sinesweep.testing import Verdict, examine
from sinesweep.wording import duration, many
from sinesweep_runner import backend
from sinesweep_runner.showing import find

MARKS = {True: "kept", False: "BROKEN", None: "-"}


def check_plugin(name: str, kind: str | None, given: Sequence[str], say: Callable[[str], None]) -> bool:
    """Tries every promise of a plugin's kind and says what came of each; whether all were kept.

    Args:
        given: `setting=value`, for settings that have no default.
        say: takes a line of text.

    Raises:
        PluginError: the plugin is unknown or broken, or a setting is missing or wrong.
    """
    kind, plugin = find(name, kind)
    made = _made(name, plugin, given)
    backend.load()
    say(f"{name} ({kind}), {made}\n")
    verdicts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for verdict in examine(kind, made):
            verdicts.append(verdict)
            say(_line(verdict))
    say(f"\n{_summary(name, verdicts)}")
    return all(verdict.kept is not False for verdict in verdicts)


def _made(name: str, plugin: type[Plugin], given: Sequence[str]) -> Plugin:
    """The plugin with the settings that were given; a value is read as in a sweep file."""
    pairs = [text.partition("=") for text in given]
    wrong = [text for text, (setting, equals, _) in zip(given, pairs, strict=True) if not (setting and equals)]
    if wrong:
        raise PluginError(f"--set {wrong[0]}: expected setting=value, such as --set path=recordings")
    chosen = {setting: YAML(typ="safe", pure=True).load(text) for setting, _, text in pairs}
    missing = [each for each in settings(plugin).values() if each.required and each.name not in chosen]
    if missing:
        asked = "; ".join(f"--set {each.name}=… ({each.help})" for each in missing)
        raise PluginError(f"{name} has settings without a default, which a test of it needs: {asked}")
    return make(plugin, chosen, name)


def _line(verdict: Verdict) -> str:
    mark = f"{MARKS[verdict.kept]:<7}"
    line = f"{mark} {verdict.promise}"
    if not verdict.reason:
        return line
    return f"{line}\n{textwrap.indent(verdict.reason, ' ' * 10)}"


def _summary(name: str, verdicts: Sequence[Verdict]) -> str:
    broken = sum(verdict.kept is False for verdict in verdicts)
    tried = sum(verdict.kept is not None for verdict in verdicts)
    took = duration(sum(verdict.seconds for verdict in verdicts))
    if broken:
        return f"{name} breaks {broken} of {many(tried, 'promise')} ({took})"
    return f"{name} keeps all of {many(tried, 'promise')} ({took})"
