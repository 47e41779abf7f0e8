"""Raise a process's limit on open files, since the usual limit of 1024 is soon reached."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Final

ENOUGH: Final = 65_536
"""Largest limit that is set. A choice: some programs loop over all file numbers that they may have open."""


def raise_limit() -> int:
    """Raise the soft limit to the hard one, but at most to ``ENOUGH``; return the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # some systems have another limit below the hard one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return wanted if soft == resource.RLIM_INFINITY else soft
