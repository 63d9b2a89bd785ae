"""The space of a hypermodel as settings of a sweep; nothing here imports KerasTuner or Keras."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sinesweep.domains import Choice, Domain, Float, Int
from sinesweep.errors import PluginError
from sinesweep.picks import count
from sinesweep.settings import Setting, When

Found = Mapping[str, Any]
"""A hyperparameter in KerasTuner's words: `class_name` and `config`; `trains` says that it only sets an optimizer,
`faults` with which values nothing can be built."""

MOST_OPTIONS = 100
"""A range whose steps are multiplied becomes a list of its numbers; one with more of them is searched without steps."""

LOGGED = re.compile(r"[IW]\d{4} |WARNING: All log messages")
"""How the lines begin in which TensorFlow greets; they are no reason for anything."""

COMPILED = (
    "it was seen in the hypermodel's compile, which is not used: Sinesweep compiles the model itself, as"
    " fit.learning_rate and the rest of fit say"
)
"""The help of a hyperparameter that only sets an optimizer."""


@cache
def found_in(target: str, channels: int) -> tuple[Found, ...]:
    """The hyperparameters of a hypermodel, parents before their children; the same for every call in this process.

    Where Keras is loaded the hypermodel is built here. Else it is built in a process of its own that sees no GPU: what
    only reads a sweep shall neither wait for TensorFlow twice nor take a GPU's memory from those who train on it.

    Raises:
        PluginError: it cannot be imported or built.
    """
    if "keras" in sys.modules:
        from sinesweep_plugins.architectures._hyper_exploring import explore

        return tuple(explore(target, channels))
    answer = _elsewhere(target, channels)
    if "problem" in answer:
        raise PluginError(answer["problem"])
    return tuple(answer["found"])


def hyper_settings(found: Sequence[Found], prefix: str) -> dict[str, Setting]:
    """Settings by name, such as `hp.units`; where two bear one name, their conditions stand behind it."""
    names = Counter(each["config"]["name"] for each in found)
    settings: dict[str, Setting] = {}
    for each in found:
        setting = _setting(each, prefix)
        alone = names[each["config"]["name"]] == 1
        settings[setting.name if alone else f"{setting.name} ({_conditions(setting, prefix)})"] = setting
    return settings


def _elsewhere(target: str, channels: int) -> dict[str, Any]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = (
        quiet
        | os.environ
        | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "CUDA_VISIBLE_DEVICES": "",
            "JAX_PLATFORMS": "cpu",
        }
    )
    command = [sys.executable, "-P", "-m", "sinesweep_plugins.architectures._hyper_exploring", target, str(channels)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        said = " ".join(line for line in ended.stderr.splitlines() if not LOGGED.match(line)).split()
        tail = f": {' '.join(said[-60:])}" if said else ""
        raise PluginError(f"hypermodel '{target}' ended the process that built it ({ended.returncode}){tail}") from None
    return answer


def _setting(found: Found, prefix: str) -> Setting:
    kind, config = found["class_name"], found["config"]
    domain = _domain(kind, config)
    parents = [condition["config"] for condition in config["conditions"]]
    default = config["value"] if kind == "Fixed" else config["default"]
    if default not in domain:  # KerasTuner lets it lie outside
        default = domain.options[0] if isinstance(domain, Choice) else domain.low
    return Setting(
        name=f"{prefix}{config['name']}",
        type=type(domain.options[0]) if isinstance(domain, Choice) else float if isinstance(domain, Float) else int,
        default=float(default) if isinstance(domain, Float) else default,
        domain=replace(domain, search=False) if found["trains"] or count(domain) == 1 else domain,
        help=COMPILED if found["trains"] else f"hp.{kind}",
        when=tuple(When(f"{prefix}{parent['name']}", *parent["values"]) for parent in parents),
        faults=tuple((value, why) for value, why in found["faults"]),
    )


def _domain(kind: str, config: Mapping[str, Any]) -> Domain:
    """One to one, but for a range sampled as `reverse_log`: no study knows that, so it is searched evenly."""
    if kind == "Fixed":
        return Choice((config["value"],))
    if kind == "Boolean":
        return Choice((True, False))
    if kind == "Choice":
        return Choice(tuple(dict.fromkeys(config["values"])))
    low, high, step = config["min_value"], config["max_value"], config["step"]
    if config["sampling"] != "linear" and step is not None:
        numbers = _multiplied(kind, config)
        if len(numbers) <= MOST_OPTIONS:
            return Choice(tuple(numbers))
    log = config["sampling"] == "log"
    if kind == "Int":
        return Int(low, high, 1 if config["sampling"] != "linear" else step, log)
    return Float(low, high, log, step=step if config["sampling"] == "linear" and low < high else None)


def _multiplied(kind: str, config: Mapping[str, Any]) -> list[int] | list[float]:
    """The numbers of a range whose steps are multiplied: 2, 4, 8; as `reverse_log` the same gaps from the other end."""
    low, high, step = config["min_value"], config["max_value"], config["step"]
    numbers = [low]
    while numbers[-1] * step <= high * (1 + 1e-8):
        numbers.append(numbers[-1] * step)
    if config["sampling"] == "reverse_log":
        numbers = [high + low - number for number in reversed(numbers)]
    return [int(number) for number in numbers] if kind == "Int" else [float(f"{number:.12g}") for number in numbers]


def _conditions(setting: Setting, prefix: str) -> str:
    texts = [f"{when.field.removeprefix(prefix)}: {' or '.join(map(str, when.values))}" for when in setting.when]
    return ", ".join(texts) or "always"
