"""Amounts as people write them: 100k, 2.5M."""

from __future__ import annotations

import re
from typing import Any

WRITTEN = r"^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kMG]?)\s*$"
FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def amount(value: Any) -> Any:
    """`"2.5M"` → 2500000.0; what is no text stays as it is.

    Raises:
        ValueError: a text that is no such number.
    """
    if not isinstance(value, str):
        return value
    read = re.match(WRITTEN, value)
    if read is None:
        raise ValueError(f"expected a number such as 100000, 100k or 2.5M, got {value!r}")
    return float(read[1]) * FACTORS[read[2]]
