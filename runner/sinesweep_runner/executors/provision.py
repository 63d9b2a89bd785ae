"""Provision: what machines of a cluster are given that have Ray, but not all that trials need.

Ray makes a runtime environment there, once a machine, and keeps it while workers use it: the driver's versions from the
index that the machine installs from, and copies of Sinesweep and of plugins that are on no index.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ray
from ray._private.runtime_env.working_dir import upload_working_dir_if_needed
from ray.util.placement_group import PlacementGroup, placement_group_table

from sinesweep_runner.executors import pins
from sinesweep_runner.executors.connection import on_each

TELL_S = 60.0
"""So long may a machine take until it has told what is installed there."""

PLACE_S = 5.0
"""So long is waited for the place of a worker; where it has none yet, nobody knows what it will lack."""

CUDA = {"tensorflow": "[and-cuda]"}
"""What GPUs need beside: the libraries of CUDA, which for TensorFlow are distributions of their own."""

OVERRIDES = "overrides.txt"
"""The pins once more: two distributions that work together here may each ask for another version of a third one."""

CREATE_WORKING_DIR = "RAY_RUNTIME_ENV_CREATE_WORKING_DIR"
"""The variable by which Ray says where on the machine the copies are, while it installs."""

SETUP_S = 1800
"""So long may Ray take to install everything on a machine."""


class Provision:
    """Knows of each machine what it lacks, and what Ray is to be told of workers there."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Nobody is asked yet; `say` is told where something has to be installed."""
        self._say = say
        self._lacking: dict[str, str] = {}

    @property
    def is_needed(self) -> bool:
        """Whether any machine lacks anything."""
        return any(self._lacking.values())

    def options(self, berth: PlacementGroup) -> dict[str, Any]:
        """What Ray is told of a worker in a berth, beside where it is; asks the machines that nobody has asked yet."""
        self._ask()
        if not self.is_needed or not berth.wait(PLACE_S):
            return {}
        [node] = placement_group_table(berth)["bundles_to_node_id"].values()
        return {"runtime_env": self._environment(node)} if self._lacking.get(node) else {}

    def _ask(self) -> None:
        """Has every new machine tell what it lacks; one that does not in time is taken to lack nothing."""
        new = {node["NodeID"]: node for node in ray.nodes() if node["Alive"] and node["NodeID"] not in self._lacking}
        told = on_each(new, lacking, self._expected)
        ready, _ = ray.wait(list(told.values()), num_returns=len(told), timeout=TELL_S) if told else ([], [])
        for name, answer in told.items():
            self._lacking[name] = _said(answer) if answer in ready else ""
            if self._lacking[name]:
                self._say(
                    f"The machine {new[name]['NodeManagerAddress']} has {self._lacking[name]}. Ray installs there what"
                    f" this driver has, {len(self._pins)} distributions; that may take minutes."
                )

    def _environment(self, node: str) -> dict[str, Any]:
        has_gpu = any(each["Resources"].get("GPU") for each in ray.nodes() if each["NodeID"] == node)
        with tempfile.TemporaryDirectory(prefix="sinesweep-provision-") as scratch:
            copies = Path(scratch) / "copies"
            pins.copy(self._roots, copies)
            (copies / OVERRIDES).write_text("\n".join(requirements(self._pins)))
            environment = upload_working_dir_if_needed({"working_dir": str(copies)}, False, scratch)
        return environment | {
            "uv": {
                "packages": requirements(self._pins, CUDA if has_gpu else {}),
                "uv_pip_install_options": ["--override", f"${{{CREATE_WORKING_DIR}}}/{OVERRIDES}"],
            },
            "config": {"setup_timeout_seconds": SETUP_S},
        }

    @cached_property
    def _roots(self) -> list[Any]:
        return pins.roots()

    @cached_property
    def _pins(self) -> dict[str, str]:
        return pins.pinned(self._roots)

    @cached_property
    def _expected(self) -> dict[str, str]:
        """What must be the same so that trials run, and scores can be compared."""
        named = {name: self._pins[name] for name in ("keras", "numpy")}
        return {one.name: one.version for one in self._roots} | named


def requirements(pinned: Mapping[str, str], extras: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """The same as requirements, some of them with extras."""
    return [f"{name}{extras.get(name, '')}=={version}" for name, version in pinned.items()]


def lacking(expected: Mapping[str, str]) -> str:
    """What this machine lacks of these distributions, or has in another version; empty where it has all."""
    other = []
    for name, wanted in expected.items():
        try:
            if version(name) != wanted:
                other.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            other.append(f"no {name}")
    return ", ".join(other)


def _said(answer: ray.ObjectRef) -> str:
    try:
        told: str = ray.get(answer)
    except ray.exceptions.RayError:  # the machine has gone meanwhile
        return ""
    return told
