"""Plugin for pytest that runs first the tests that fail soonest when the mathematics is changed.

``make mutants`` loads it.
"""

from __future__ import annotations

import pytest

FIRST = ("golden/", "certificates/curves/", "certificates/counts/", "certificates/claim/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by the first folder of ``FIRST`` that holds a test; in a folder the order stays."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(name: str) -> int:
    return next((rank for rank, folder in enumerate(FIRST) if name.startswith(f"tests/{folder}")), len(FIRST))
