"""How several test processes share the suite: what one process runs whole, and what is begun first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER: Final = (
    "tests/page/",
    "tests/certify_client/",
    "tests/importing/",
    "tests/chaos/",
    "tests/extending/",
)
"""Folders that one process runs whole: they share a service, a browser, or exporters of networks, which take
seconds to start or to import."""
FIRST: Final = (
    *TOGETHER,
    "tests/worker/queue/test_fleets.py",
    "tests/golden/test_golden_certificates.py",
    "tests/standalone/",
    "tests/worker/",
    "tests/service/",
    "tests/fuzz/",
    "tests/test_",
    "tests/figures/",
)
"""What takes longest and what waits most: begun first, the processes end at about one time."""


class SharedServices(LoadFileScheduling):  # type: ignore[misc]  # untyped in pytest-xdist
    """Give each process a module at a time, but the folders of ``TOGETHER`` whole."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next(filter(nodeid.startswith, TOGETHER), None)
        scope: str = folder or super()._split_scope(nodeid)
        return scope


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests in the order of ``FIRST``, and otherwise as they were."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST))
