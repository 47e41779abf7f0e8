"""Every test that SECURITY.md and the operators' page name exists, and every promise has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`([a-z_/]+\.py)::(\w+)`")


@pytest.mark.parametrize("document", ["SECURITY.md", "docs/operations.md"])
def test_every_promise_is_shown_by_a_test(repository: Path, document: str) -> None:
    page = (repository / document).read_text()
    named = NAMED.findall(page)
    assert len(named) > 20
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (repository / "tests" / file).read_text()
    ]
    assert missing == []


def test_every_row_of_promises_names_one(repository: Path) -> None:
    rows = [row for row in (repository / "SECURITY.md").read_text().splitlines() if row.startswith("| ")]
    promises = [row for row in rows if not row.startswith(("| Promise", "|---"))]
    assert promises
    assert [row for row in promises if not NAMED.search(row)] == []
