"""Make text of unknown origin fit for a terminal and for comments of a file."""

from __future__ import annotations


def printable(line: str) -> str:
    """Replace all characters of a line that cannot be printed: control characters, line ends."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
