"""The twin: a second Python process that makes the same plugins. One serves all of them: its start takes a second."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import IO, Any, cast

from sinesweep.contract import Plugin
from sinesweep.settings import values


def ask_twin(plugin: Plugin) -> Mapping[str, Any]:
    """What another process, whose hashes are seeded otherwise, makes of a plugin.

    Returns:
        `error`: why it could not make the plugin; else
        `values`: the settings of what it made;
        `identity`: what caches know it by;
        `equal`: whether two plugins that it made are equal and have one hash;
        `loaded`: the heavy packages that came with the plugin's module, as far as they were not there before.
    """
    kind = type(plugin)
    asked = {"module": kind.__module__, "name": kind.__qualname__, "values": values(plugin), "path": sys.path}
    twin = _twin()
    questions, answers = cast("IO[str]", twin.stdin), cast("IO[str]", twin.stdout)
    questions.write(json.dumps(asked) + "\n")
    questions.flush()
    line = answers.readline()
    if not line:
        _twin.cache_clear()
        return {"error": f"the process ended with code {twin.wait()}"}
    answer: Mapping[str, Any] = json.loads(line)
    return answer


@cache
def _twin() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sinesweep.testing.twin_process"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONHASHSEED": "12345"}
    twin = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    atexit.register(_end, twin)
    return twin


def _end(twin: subprocess.Popen[str]) -> None:
    twin.communicate()
