"""Draw the ids of jobs and runs."""

from __future__ import annotations

import secrets
from typing import Final

_BYTES: Final = 16
"""128 bits, so that no id can be guessed and no two are alike."""


def new_id() -> str:
    """Return a random id of 22 letters, digits, ``-`` and ``_``.

    It never begins with ``-``: a command line would take it for an option.
    """
    drawn = secrets.token_urlsafe(_BYTES)
    while drawn.startswith("-"):
        drawn = secrets.token_urlsafe(_BYTES)
    return drawn
