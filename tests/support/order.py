"""In which order several test processes take the modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

FIRST: Final = (
    "tests/worker/queue/test_fleets.py",
    "tests/golden/test_golden_certificates.py",
    "tests/standalone/",
    "tests/worker/",
    "tests/service/",
    "tests/chaos/",
    "tests/fuzz/",
    "tests/importing/",
    "tests/test_new_",
    "tests/certify_client/",
)
"""Modules that take longest and those that wait most: begun first, the processes end at about one time."""


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests in the order of ``FIRST``, and otherwise as they were."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST))
