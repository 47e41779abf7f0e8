"""Turn a library's message into one printable line of bounded length without repetitions."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 2000
"""Longest text that is returned, in characters. A choice: a paragraph that a person reads."""
_READ: Final = 20_000
"""Characters that are read, half at each end, since a library's message can hold a whole model. A choice."""
_SHORTEST_REPEATED: Final = 16
_CUT: Final = " [...] "
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
"""Colours and cursor movements (ECMA-48), and titles of terminals."""
_ENDS: Final = re.compile(r"(?<=[.;!?])\s+|(?<=:)\s+|\s*[\r\n]+\s*")


def plain_text(text: str) -> str:
    """Return the text in one line without escape sequences, control characters and repeated sentences.

    If the text has more than ``LONGEST`` characters, its middle is left out: the start says what failed, and
    the end says why. Plain text up to that length is returned unchanged.
    """
    read = text if len(text) <= _READ else f"{text[: _READ // 2]}\n{text[-_READ // 2 :]}"
    whole = ""
    for part in _ENDS.split(_ESCAPES.sub("", read)):
        said = " ".join("".join(map(_printable, part)).split())
        key = said.rstrip(" .:;!?")
        if said and (len(key) < _SHORTEST_REPEATED or key not in whole):
            whole = f"{whole} {said}" if whole else said
    half = (LONGEST - len(_CUT)) // 2
    return whole if len(whole) <= LONGEST else whole[:half].rstrip() + _CUT + whole[-half:].lstrip()


def _printable(character: str) -> str:
    return character if character.isprintable() else " "
