"""Worker: one slot of a Ray executor, a process with Keras in it, on this machine or on another."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ray

from sinesweep.errors import SinesweepError
from sinesweep.trial import Report, Result, Trial
from sinesweep_runner import backend
from sinesweep_runner.conversation import Conversation
from sinesweep_runner.deviceshare import gpu_bytes, part
from sinesweep_runner.executors.freight import Home, Order, Parcel
from sinesweep_runner.executors.luggage import Modules, unpack
from sinesweep_runner.executors.outpost import Errand, Outpost, Sent, fetch
from sinesweep_runner.executors.parting import Parting
from sinesweep_runner.executors.seating import Device
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.progress import read_by
from sinesweep_runner.training.train import train


class Worker:
    """Imports Keras and opens the data once, and then serves trial after trial; it holds no study and no database."""

    def __init__(
        self, threads: int, gpus: float | None, path: Sequence[str], modules: Modules, keras_backend: str
    ) -> None:
        """Loads Keras.

        Args:
            threads: how many it may compute with.
            gpus: the memory of how many it may take, or of what part of one; None where nobody has said so.
            path: where the driver looks for modules, which is of use on machines that share its folders.
            modules: the person's own modules, for those that do not.
            keras_backend: the driver's `KERAS_BACKEND`, if any: another machine does not have its environment.
        """
        sys.path += [place for place in path if place not in sys.path]
        unpack(modules)
        if keras_backend:
            os.environ["KERAS_BACKEND"] = keras_backend
        with backend.without_scikit_learn():
            backend.limit(threads, gpus)
        self._device = _device(gpus)

    def open(self, material: Material, home: Home, versions: Mapping[str, str]) -> Device | str | Order:
        """Takes the data that all trials are about; what it computes on, or what makes it unfit for them.

        Args:
            home: what the driver sees. Of what this machine does not, it orders the entries; `receive` goes on.
            versions: the driver's, as `backend.versions` tells them: scores of others cannot be compared.
        """
        self._errand: Errand[Any] = self._settle(material, home, versions)
        return self.receive(None)

    def begin(self, trial: Trial) -> Report | Parting | Order | Parcel:
        """Starts a trial; returns its first report, or its last word where there is none."""
        self._errand = self._set_out(trial)
        return self.receive(None)

    def receive(self, contents: Sent | None) -> Any:
        """Takes what was ordered; what `open` or `begin` comes to, or what it orders next."""
        try:
            return self._errand.send(contents)
        except StopIteration as end:
            return end.value

    def answer(self, keep_going: bool) -> Report | Parting | Parcel:
        """Answers the last report; returns what the trial says next."""
        return self._told(self._talk.answer(keep_going))

    def _settle(self, material: Material, home: Home, versions: Mapping[str, str]) -> Errand[Device | str]:
        machine, here = ray.util.get_node_ip_address(), backend.versions()
        if others := [name for name in versions if here[name] != versions[name]]:
            return (
                f"the machine {machine} has {_listed(here, others)}; this driver has {_listed(versions, others)}."
                " Install the same there, so that scores can be compared"
            )
        self._material, self._folder = material, home.folder
        self._outpost = None if home.folder_is_seen() else Outpost(home.folder)
        if home.entries_are_seen():
            return self._device
        try:
            store = default_store()
            yield from fetch(store, home.entries)
        except SinesweepError as reason:
            return f"the machine {machine} does not see the driver's cache, and cannot take in the sound: {reason}"
        own = tuple(str(store.place(Path(path).name)) for path in material.waveforms)
        self._material = replace(material, waveforms=own)
        return self._device

    def _set_out(self, trial: Trial) -> Errand[Report | Parting | Parcel]:
        folder = self._folder
        if self._outpost is not None:
            folder = yield from self._outpost.begin(read_by(trial, len(self._material.folds)))
        self._talk = Conversation(lambda ask: train(trial, self._material, ask, folder))
        return self._told(self._talk.begin())

    def _told(self, event: Report | Result) -> Report | Parting | Parcel:
        said = Parting.here(event) if isinstance(event, Result) else event
        return said if self._outpost is None else self._outpost.parcel(said)


def _device(gpus: float | None) -> Device:
    """What this process computes on; a part of a GPU that nobody else may take counts as a device of its own."""
    total_bytes = gpu_bytes() if gpus else None
    if not gpus or total_bytes is None:
        return Device()
    name = f"{ray.get_runtime_context().get_node_id()}/{os.environ.get('CUDA_VISIBLE_DEVICES', '')}"
    return Device(f"{name}/{os.getpid()}" if gpus < 1 else name, part(gpus) * total_bytes)


def _listed(versions: Mapping[str, str], names: Sequence[str]) -> str:
    return ", ".join(versions[name] if name == "backend" else f"{name} {versions[name]}" for name in names)
