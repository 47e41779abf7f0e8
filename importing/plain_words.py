"""Make text of unknown origin fit for a terminal and for comments of a file."""

from __future__ import annotations

LONGEST = 300
"""Most characters that are shown of what another program said. A choice: some lines of a terminal."""


def shortened(said: object) -> str:
    """Return what another program said, such as an error, as one line of bounded length."""
    return " ".join(str(said).split())[:LONGEST]


def printable(line: str) -> str:
    """Replace all characters of a line that cannot be printed: control characters, line ends."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
