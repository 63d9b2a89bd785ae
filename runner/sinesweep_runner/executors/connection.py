"""The connection to Ray: started on this machine or joined, what there is to share, and whether it is still there."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import ray
from ray._private import ray_constants, services, worker
from ray._private.authentication.authentication_token_setup import ensure_token_if_auth_enabled
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled, and its stub does not name it
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from sinesweep.errors import SweepError
from sinesweep_runner import deviceshare
from sinesweep_runner.hush import hush
from sinesweep_runner.machine import Machine
from sinesweep_runner.placement import Plan, cores_for
from sinesweep_runner.signals import sigterm_unchanged

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}

OBJECT_STORE_BYTES = 80 * 2**20
"""Enough for what passes through Ray here, which is small: sound lies in memory-mapped files."""

ANSWER_S = 5.0
"""So long may Ray take until it answers a knock."""

TELL_S = 30.0
"""So long may a machine take until it has told the memory of its GPU."""

_ALONE = "without a cluster, on this machine alone: --set workers.address=null"
"""The way out where there is no cluster any more; the address stands in the sweep's file."""

LITTLE = 0.01
"""The part of a GPU that has to be free so that it can be asked for its memory."""


def start(plan: Plan) -> None:
    """Starts Ray on this machine, for itself alone, with room for a plan."""
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    with on_loopback():
        _begin(
            address="local",  # not the cluster that somebody else runs here
            num_cpus=cores_for(plan),
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
        )


def join(address: str) -> None:
    """Joins a cluster; raises SweepError where none answers, or it does not take this driver."""
    where = _found(address)
    try:
        ensure_token_if_auth_enabled(create_token_if_missing=False)  # without one GcsClient would end this process
        GcsClient(address=where)  # learns at once what `ray.init` asks about for 20 seconds
        _begin(address=where)
    except ray.exceptions.AuthenticationError:
        raise SweepError(
            f"workers.address: the Ray cluster at {where} asks for a token that is not this driver's. Set"
            " RAY_AUTH_MODE=token in this shell, and have the RAY_AUTH_TOKEN or the ~/.ray/auth_token of its head"
        ) from None
    except (ConnectionError, ray.exceptions.RpcError) as reason:
        raise SweepError(
            f"workers.address: something listens at {where}, and does not answer as a Ray cluster"
            f" ({str(reason).rstrip('.')}). Give the address that `ray start --head` told; {_ALONE}"
        ) from None
    except RuntimeError as reason:  # Ray's word for another version of Ray or Python
        raise SweepError(f"workers.address: the Ray cluster at {address} does not take this driver: {reason}") from None


def _found(address: str) -> str:
    """Where a cluster listens; raises SweepError where nothing does. Ray would knock for a quarter of an hour."""
    try:
        where = services.canonicalize_bootstrap_address_or_die(address)
    except ConnectionError as reason:  # of `auto`
        told = str(reason).rstrip(".")
        raise SweepError(f"workers.address: no Ray cluster is found on this machine ({told}); {_ALONE}") from None
    host, port = where.rpartition(":")[::2]
    try:
        socket.getaddrinfo(host.strip("[]"), int(port))
    except OSError:
        raise SweepError(f"workers.address: no machine is known by the name '{host}'; {_ALONE}") from None
    if not _listens(where):
        asked = where if address == "auto" else address
        raise SweepError(
            f"workers.address: no Ray cluster answers at {asked}: nothing listens there. On its head, `ray start"
            f" --head --port={port}` begins one; {_ALONE}"
        )
    return where


def cluster(address: str) -> list[Machine]:
    """What each machine of a running Ray cluster has; all GPUs count as the smallest. Raises SweepError as `join`."""
    begun_here = not ray.is_initialized()
    if begun_here:
        with hush():  # at a cluster that does not take it Ray knocks for 20 seconds, and tells of each knock
            join(address)
    try:
        each, smallest_bytes = machines(), smallest_gpu_bytes()
    finally:
        if begun_here:
            ray.shutdown()
    return [replace(machine, gpu_bytes=smallest_bytes) for machine in each]


def machines() -> list[Machine]:
    """What each machine of this Ray has, whoever uses it now."""
    there = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return [Machine(int(has.get("CPU", 0)), int(has.get("memory", 0)), int(has.get("GPU", 0))) for has in there]


def smallest_gpu_bytes() -> int | None:
    """The memory of the smallest GPU of this Ray, by the first of each machine.

    None where there is none; or a machine does not tell, or has nothing of one free on which it could.
    """
    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("GPU")]
    asked = list(on_each(nodes, deviceshare.gpu_bytes, num_gpus=LITTLE).values())
    try:
        told: list[int | None] = ray.get(asked, timeout=TELL_S)
    except ray.exceptions.RayError:  # in time
        for each in asked:
            ray.cancel(each)
        return None
    sizes = [size for size in told if size is not None]
    return min(sizes) if sizes and len(sizes) == len(told) else None


def on_each(
    nodes: Iterable[str], task: Callable[..., Any], *arguments: Any, num_gpus: float = 0
) -> dict[str, ray.ObjectRef]:
    """Has each of these machines do a task; what will come of it, by their names.

    Args:
        task: a function of a module. It is sent whole, since a machine may have Ray alone; what it uses beside its
            module has to be there.
    """
    ray.cloudpickle.register_pickle_by_value(sys.modules[task.__module__])
    remote = ray.remote(num_cpus=0, num_gpus=num_gpus)(task)
    places = {node: NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes}
    return {node: remote.options(scheduling_strategy=place).remote(*arguments) for node, place in places.items()}


def lives() -> bool:
    """Whether Ray is still there: its head, and the part of it on this machine.

    Ray itself says nothing for a minute where its head has ended, and then ends this process.
    """
    node = worker._global_node
    if not _listens(node.gcs_address):
        return False
    try:
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(ANSWER_S)
            knock.connect(node.raylet_socket_name)
    except OSError:
        return False
    return True


def _begin(**settings: Any) -> None:
    """Connects this driver to Ray, without a word of Ray's; what has to be said of its death is said by the sweep."""
    worker._worker_logs_enabled = False  # `log_to_driver` leaves in the pages that it prints when its raylet dies
    with sigterm_unchanged():
        ray.init(**settings, **QUIET)


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_S).close()
    except OSError:
        return False
    return True


@contextmanager
def on_loopback() -> Iterator[None]:
    """Within, a Ray that is started listens to this machine alone, as it does on macOS; else it takes all networks.

    A Ray runs what it is sent, so nobody else need find it. `ray.init` has no argument for this.
    """
    before = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before
