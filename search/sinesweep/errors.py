"""What can go wrong, as a tree.

SinesweepError
├── UserError            a person can mend it: exit code 2, one message, no traceback
│   ├── SweepError       the sweep file, or the folder that it runs in
│   ├── DatasetError     the clips, their labels, groups or folds
│   ├── PluginError      a plugin is unknown, broken, or given settings that it does not have
│   └── ArtifactError    a saved model that cannot be read, or sound that it cannot take
├── Infeasible           a configuration that cannot work; the sampler is told, nothing is trained
└── SweepFailed          the sweep began and had to stop: exit code 1
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


class ArtifactError(UserError):
    """A saved model that cannot be read, or sound that it cannot take."""


class Infeasible(SinesweepError):
    """A configuration that cannot work with this data; raised by `check` methods before anything is trained."""


class SweepFailed(SinesweepError):
    """The sweep began and had to stop; what it had computed is kept."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of an error about an unknown name: the nearest known one, if there is one, and all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    more = f", … ({len(names)} in all)" if len(names) > SHOWN else ""
    return f"{guess} Known: {', '.join(names[:SHOWN]) or 'none'}{more}."
