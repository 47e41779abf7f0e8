"""The error of an import: a sentence that says what is wrong with a file or an option, and what to do."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 300
"""Longest reason that is repeated from a library, in characters. A choice."""


class ImportRefused(Exception):
    """The file cannot become a model as asked. The message says what the file is and what to do about it."""


def reason(error: BaseException) -> str:
    """Return the first line of what a library said: of the error's innermost cause, without colours."""
    while error.__cause__ is not None:
        error = error.__cause__
    plain = re.sub(r"\x1b\[\d*m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:_LONGEST].rstrip(".:")
