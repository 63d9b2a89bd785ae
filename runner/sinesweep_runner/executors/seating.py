"""Seating: which worker a trial goes to, by the memory of the devices. Pure functions over what the workers hold.

Small trials share a device; a large one waits until there is room for it. Devices may differ: a trial goes to the
smallest that suffices, so that the larger ones are there for those that need them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """What a worker computes on.

    Attributes:
        name: workers whose devices have the same name share one.
        most_bytes: of its memory, what trials may take together; infinite where nobody tells.
    """

    name: str = ""
    most_bytes: float = math.inf


@dataclass(frozen=True)
class Seat:
    """A worker that is idle or has a trial.

    Attributes:
        taken_bytes: of its device, what its process keeps between trials, or what its trial needs.
    """

    worker: Any
    device: Device
    taken_bytes: float
    busy: bool


@dataclass(frozen=True)
class Place:
    """Where a trial may go.

    Attributes:
        workers: idle ones, any of which will do; where there are none, it waits.
        awaited: the name of the device that is kept free for it meanwhile, if any.
        outgoing: idle workers there that keep what it needs, and should make way for fresh ones.
    """

    workers: tuple[Any, ...] = ()
    awaited: str | None = None
    outgoing: tuple[Any, ...] = ()


def place(needed_bytes: float, seats: Sequence[Seat], kept: Collection[str] = ()) -> Place:
    """The place of a trial; one that may need more than any device has is given all of the largest one.

    Args:
        kept: the names of devices that are kept free for trials that came earlier.
    """
    needed_bytes = min(needed_bytes, most_bytes(seats))
    open_to_all = [seat for seat in seats if seat.device.name not in kept]
    enough = [seat for seat in open_to_all if seat.device.most_bytes >= needed_bytes]
    fitting = [seat for seat in enough if not seat.busy and needed_bytes <= _left_bytes(seat, seats)]
    if fitting:
        smallest = min(seat.device.most_bytes for seat in fitting)
        return Place(tuple(seat.worker for seat in fitting if seat.device.most_bytes == smallest))
    if not enough:
        return Place()
    device = min((seat.device for seat in enough), key=lambda each: _busy_bytes(each, seats))
    idle = [seat for seat in enough if seat.device == device and not seat.busy]
    cleared = needed_bytes <= device.most_bytes - _busy_bytes(device, seats)
    outgoing = tuple(seat.worker for seat in idle[1:] if seat.taken_bytes) if cleared else ()
    return Place(awaited=device.name, outgoing=outgoing)


def most_bytes(seats: Sequence[Seat]) -> float:
    """What a trial can be given at most; infinite where nobody is there who knows."""
    return max((seat.device.most_bytes for seat in seats), default=math.inf)


def _left_bytes(seat: Seat, seats: Sequence[Seat]) -> float:
    """What the others on its device leave to a seat; what its own process keeps it can use again."""
    others = (other.taken_bytes for other in seats if other.device == seat.device and other is not seat)
    return seat.device.most_bytes - sum(others)


def _busy_bytes(device: Device, seats: Sequence[Seat]) -> float:
    """What the trials on a device need."""
    return sum(seat.taken_bytes for seat in seats if seat.device == device and seat.busy)
