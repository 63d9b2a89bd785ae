"""What can go wrong, as a tree.

SinesweepError
├── UserError            a person can mend it: exit code 2, one message, no traceback
│   ├── SweepError       the sweep file, or the folder that it runs in
│   ├── DatasetError     the clips, their labels, groups or folds
│   ├── PluginError      a plugin is unknown, broken, or given settings that it does not have
│   │   └── PluginFault  it raised what it should not, or returned what it did not promise
│   ├── ArtifactError    a saved model that cannot be read, or sound that it cannot take
│   └── ExportError      a winner that cannot be exported, or an export that does not answer as it does
├── Infeasible           a configuration that cannot work; the sampler is told, nothing is trained
└── SweepFailed          the sweep began and had to stop: exit code 1
    └── StorageLost      because the database of its study does not answer any more
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 40
"""So many known names are listed by `did_you_mean`; no kind of plugin has so many, but a data set's groups may."""


class SinesweepError(Exception):
    """The root of everything that Sinesweep raises on purpose."""


class UserError(SinesweepError):
    """Bad input; the message says what is wrong, what was expected, what came, and the way out."""


class SweepError(UserError):
    """The sweep file, an override, or the sweep's folder.

    Attributes:
        problems: one sentence a problem; all that were found, not only the first.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class DatasetError(UserError):
    """Clips, labels, groups or folds that do not make a data set."""


class PluginError(UserError):
    """A plugin that is unknown, broken, or misused."""


class PluginFault(PluginError):
    """A plugin raised what it should not, or returned what it did not promise; the message names it.

    Attributes:
        plugin: which one, such as `features 'log_mel'`.
    """

    def __init__(self, kind: str, name: str, method: str, what: str) -> None:
        self.plugin = f"{kind} '{name}'"
        super().__init__(f"{self.plugin} failed in {method}: {what}")


class ArtifactError(UserError):
    """A saved model that cannot be read, or sound that it cannot take."""


class ExportError(UserError):
    """A winner that cannot be exported, or an export that does not answer as the winner does."""


class Infeasible(SinesweepError):
    """A configuration that cannot work with this data; raised by `check` methods before anything is trained."""


class SweepFailed(SinesweepError):
    """The sweep began and had to stop; what it had computed is kept."""


class StorageLost(SweepFailed):
    """The database that a study lives in does not answer any more; what it was told is kept."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of an error about an unknown name: the nearest known one, if there is one, and all of them.

    Empty where none is known.
    """
    names = sorted(known)
    more = f", … ({len(names)} in all)" if len(names) > SHOWN else ""
    return f"{nearest(word, names)} Known: {', '.join(names[:SHOWN])}{more}." if names else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The same where the known names are too many, or listed elsewhere: only the nearest one, if there is one."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
