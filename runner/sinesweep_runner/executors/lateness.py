"""Lateness: when a trial has taken too long, or has said nothing for too long, and what is said of it."""

from __future__ import annotations

from sinesweep.sections import Workers


def overdue(began: float, now: float, limits: Workers) -> str:
    """Why a trial that has begun then is to be ended now; empty while it has time. Both in seconds by one clock."""
    if limits.trial_minutes is None or now - began <= 60 * limits.trial_minutes:
        return ""
    return (
        f"it took longer than workers.trial_minutes, {limits.trial_minutes:g}; give it more (`--set"
        " workers.trial_minutes=…`), or take fewer epochs or a smaller network"
    )


def silent(heard: float, now: float, limits: Workers) -> str:
    """Why a trial that was heard of last then is to be ended now; empty while it may be silent."""
    if now - heard <= 60 * limits.silent_minutes:
        return ""
    return f"it said nothing for workers.silent_minutes, {limits.silent_minutes:g}"
