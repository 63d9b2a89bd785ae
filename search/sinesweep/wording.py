"""Small words that every part of Sinesweep says alike."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST = 200
"""Characters of a stranger's message that are told; Keras appends whole configurations to its own."""


def many(number: float, word: str) -> str:
    """`1 group`, `2 groups`, `1,200 groups`, `0.5 cores`."""
    return f"{number:,.15g} {word}{'' if number == 1 else 's'}"


def numbered(trials: Sequence[int]) -> str:
    """`trial 7`, `trials 3, 7`."""
    return f"trial{'' if len(trials) == 1 else 's'} {', '.join(map(str, trials))}"


def number(count: float) -> str:
    """`812`, `48.3 k`, `1.25 M`, `2.5 G`; of what is no whole number, three digits."""
    if count < 1000:
        return f"{count:.0f}" if count == int(count) else f"{count:.3g}"
    # From where the next larger word takes over, three digits would round up to 1000.
    for factor, word in ((1e3, "k"), (1e6, "M")):
        if count < 999.5 * factor:
            return f"{count / factor:.3g} {word}"
    return f"{count / 1e9:.3g} G"


def duration(seconds: float) -> str:
    """`42 s`, `7 min`, `3 h 05 min`, `4 days`, `12 years`."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 72 * 60:
        return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
    days = round(seconds / 86_400)
    return many(days, "day") if days < 730 else many(round(days / 365), "year")


def lasting(seconds: float) -> str:
    """The length of a sound: `0.64 s`, `42.5 s`, `3 h 00 min`."""
    return f"{seconds:.3g} s" if seconds < 90 else duration(seconds)


def commonest(texts: Sequence[str]) -> tuple[int, str]:
    """How many of these say the same but for their numbers, where most do, and the last of them."""
    kinds = [without_numbers(text.replace(",", "")) for text in texts]  # 1,200 is one number
    [(kind, count)] = Counter(kinds).most_common(1)
    return count, dict(zip(kinds, texts, strict=True))[kind]


def without_numbers(text: str) -> str:
    """A sentence with N for each number, so that like counts with like."""
    return re.sub(r"\d+(\.\d+)?", "N", text)


def capitalised(text: str) -> str:
    """The text with a large first letter, and all others as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def natural(name: str) -> list[str | int]:
    """A sorting key that reads numbers as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def printable(text: str) -> str:
    """Text without characters that a terminal would obey, line breaks too."""
    return "".join(c if c.isprintable() else " " for c in text)


def one_line(text: str) -> str:
    """Text on one line, without characters that a terminal would obey."""
    return " ".join(printable(text).split())


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes: characters of East Asian scripts and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def plain(error: BaseException) -> str:
    """The message in one line, without the frame that Keras puts around it: where it was called, in bold, with what."""
    text = str(error)
    framed = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
    return one_line(framed.group(1) if framed else text)


def named(error: BaseException) -> str:
    """`KeyError: 'hop'`, in one line: all that it says."""
    return ": ".join(filter(None, (type(error).__name__, plain(error))))


def brief(error: BaseException) -> str:
    """The same in short: the innermost cause that the message tells, whole sentences up to `LONGEST`."""
    cause = plain(error).rpartition("Exception encountered: ")[2]
    text = " ".join(re.split(r"(?:Full object )?config[:=] ?\{", cause)[0].split())
    if len(text) > LONGEST:
        end = max(text.rfind(mark, 0, LONGEST) for mark in (". ", "; ", "? "))
        text = text[: end + 1] if end > 0 else f"{text[:LONGEST]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def escaped(text: str) -> str:
    """Text that stays text in Markdown: no tag, no link, no emphasis, no new cell."""
    text = re.sub(r"([\\|*`\[\]])", r"\\\1", one_line(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
