"""Memory: what this process holds."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path


def resident_bytes() -> int:
    """Bytes of this process in memory now; where the system does not tell (macOS), the most that they have been."""
    facts = Path("/proc/self/statm")
    if facts.exists():
        return int(facts.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes
