"""What the twin does: a line of JSON that describes a plugin comes in, and one that says what became of it goes out."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from typing import Any

from sinesweep.blame import nobodys
from sinesweep.identity import identity
from sinesweep.settings import make, values
from sinesweep.wording import named

HEAVY = ("keras", "tensorflow", "torch", "jax", "librosa", "sklearn", "scipy")
"""What a plugin may use, but not load before it is used."""

_came_with: dict[str, list[str]] = {}
"""The heavy packages that came with a module when it was imported first."""


def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Imports the plugin's module and makes the plugin twice."""
    sys.path[:] = asked["path"]
    before = set(sys.modules)
    try:
        kind: Any = importlib.import_module(asked["module"])
        loaded = _came_with.setdefault(asked["module"], sorted((set(sys.modules) - before).intersection(HEAVY)))
        for part in asked["name"].split("."):
            kind = getattr(kind, part)
        first, second = (make(kind, asked["values"], asked["name"]) for _ in range(2))
        equal = first == second and hash(first) == hash(second)
        return {"values": values(first), "identity": identity(first), "equal": equal, "loaded": loaded}
    except nobodys():
        raise
    except BaseException as reason:  # a stranger's module may raise anything
        return {"error": named(reason)}


def main() -> None:
    """Answers until nobody asks any more."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a plugin prints is no answer
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
