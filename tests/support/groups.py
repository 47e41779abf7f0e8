"""Which tests one of several test processes runs together, so that what they share is started once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

SHARED: Final = ("service_url", "gateway", "guarded", "stack")
"""Fixtures that run programs. The tests of one of them are one group, and all others of a module are one."""

FIRST: Final = (
    "tests/worker/queue/test_fleets.py",
    "tests/golden/test_golden_certificates.py",
    "tests/standalone/",
    "tests/worker/",
    "tests/service/",
)
"""Modules that take longest and those that wait most: begun first, the processes end at about one time."""


def group(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Mark tests with their groups, and return them with the longest groups first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group_of(item)))
    return sorted(items, key=_place)


def _group_of(item: pytest.Item) -> str:
    needed: Sequence[str] = getattr(item, "fixturenames", ())
    shared = [name for name in SHARED if name in needed]
    return shared[0] if shared else _module(item)


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(FIRST) if _module(item).startswith(name)), len(FIRST))


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
