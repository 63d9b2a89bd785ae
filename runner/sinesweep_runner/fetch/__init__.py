"""Fetching public data sets: known archives, downloads that go on where they stopped, and careful unpacking."""

from __future__ import annotations

from sinesweep.errors import UserError


class FetchError(UserError):
    """A data set that cannot be fetched: unknown, unreachable, damaged, or not safe to unpack."""
