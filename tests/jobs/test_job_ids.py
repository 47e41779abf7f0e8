"""An id can stand on a command line."""

from __future__ import annotations

import re

from jobs.job_ids import new_id


def test_ids_are_no_options_and_all_different() -> None:
    ids = [new_id() for _ in range(3000)]  # one in 64 of such tokens begins with "-"
    assert len(set(ids)) == 3000
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in ids)
