"""What a docstring says of a class, and of each of its attributes."""

from __future__ import annotations

import re


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Everything before `Attributes:`, and below it the text of every name; names before one colon share their text.

    Args:
        docstring: with its indentation removed, as `inspect.getdoc` gives it.
    """
    summary, _, below = docstring.partition("\nAttributes:\n")
    told: dict[str, str] = {}
    for names, text in re.findall(r"^ {4}(\w+(?:, \w+)*): (.*(?:\n {8}.*)*)", below, re.MULTILINE):
        told |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return summary.strip(), told
