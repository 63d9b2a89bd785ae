"""`sinesweep plugins check`: the suite of a kind, run on a plugin, and told in words."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from ruamel.yaml import YAML

from sinesweep.blame import nobodys
from sinesweep.contract import DatasetReader, Plugin
from sinesweep.errors import DatasetError, PluginError
from sinesweep.settings import make, settings
from sinesweep.testing import SUITES, Verdict
from sinesweep.testing.points import named
from sinesweep.testing.verdicts import in_words, judge, needs_keras, promises
from sinesweep.wording import LONGEST, duration, many
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
        DatasetError: a reader says that its settings name no data set.
    """
    kind, plugin = find(name, kind)
    made = _made(kind, name, plugin, given)
    complaint = _complaint(made)
    if complaint:
        raise DatasetError(f"{name} needs a data set to be tried on, and finds none with these settings: {complaint}")
    say(f"{name} ({kind}), {_headline(made)}\n")
    verdicts, faults = [], set()
    for verdict in _examined(kind, made, say):
        verdicts.append(verdict)
        if verdict.fault not in faults:
            say(_line(verdict))
        faults |= {verdict.fault} - {""}
    say(f"\n{_summary(name, verdicts)}")
    return all(verdict.kept is not False for verdict in verdicts)


def _examined(kind: str, plugin: Plugin, say: Callable[[str], None]) -> Iterator[Verdict]:
    """A verdict a promise, each as soon as it is known; those that need no Keras come first, and do not wait for it."""
    waiting = Console(stderr=True)
    loaded = False
    for promise in promises(SUITES[kind]):
        if needs_keras(kind, promise) and not loaded:
            say("        importing Keras …")
            backend.load()
            loaded = True
        with waiting.status(in_words(promise)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = judge(kind, promise, plugin)
        yield verdict


def _made(kind: str, name: str, plugin: type[Plugin], given: Sequence[str]) -> Plugin:
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
    return make(plugin, chosen, f"{kind}.{name}")


def _complaint(plugin: Plugin) -> str:
    """What a reader says is wrong with its files; empty where it takes them, or fails: its suite tells of that."""
    if not isinstance(plugin, DatasetReader):
        return ""
    try:
        plugin.read()
    except DatasetError as reason:
        return str(reason)
    except nobodys():
        raise
    except BaseException:  # a stranger's plugin may raise anything
        return ""
    return ""


def _headline(plugin: Plugin) -> str:
    """The plugin with the settings that are not at their defaults, as far as a line or two can hold them."""
    text = named(plugin)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _line(verdict: Verdict) -> str:
    mark = f"{MARKS[verdict.kept]:<7}"
    line = f"{mark} {verdict.promise}"
    if not verdict.reason:
        return line
    return f"{line}\n{textwrap.indent(verdict.reason, ' ' * 10)}"


def _summary(name: str, verdicts: Sequence[Verdict]) -> str:
    tried = many(sum(verdict.kept is not None for verdict in verdicts), "promise")
    took = duration(sum(verdict.seconds for verdict in verdicts))
    broken = [verdict.fault for verdict in verdicts if verdict.kept is False]
    if not broken:
        return f"{name} keeps all of {tried} ({took})"
    again = sum(fault != "" and fault in broken[:number] for number, fault in enumerate(broken))
    more = f", and so {again} more could not be tried" if again else ""
    return f"{name} breaks {len(broken) - again} of {tried}{more} ({took})"
