"""When a run will end: told where it can be known, and not where it is years away."""

from __future__ import annotations

import time

import pytest

from jobs.runs.run_records import RunCounts, RunRecord
from service.runs.summaries import estimated_end
from tests.support.run_specs import run_spec


def _run(expected: int | None, succeeded: int, seconds: float) -> RunRecord:
    now = time.time()
    return RunRecord(
        id="A" * 22,
        spec=run_spec(expected_rows=expected),
        cancelled=False,
        created_at=now - seconds,
        ended_at=now if succeeded else None,
        counts=RunCounts(rows=succeeded, succeeded=succeeded),
    )


def test_at_the_mean_rate_so_far() -> None:
    end = estimated_end(_run(100, 10, 60.0))
    assert end == pytest.approx(time.time() + 540.0, abs=5.0)


@pytest.mark.parametrize(
    ("expected", "succeeded", "seconds"),
    [(None, 10, 60.0), (100, 0, 60.0), (10, 10, 60.0), (5, 10, 60.0), (10**9, 1, 60.0), (10**9, 1, 1e9)],
)
def test_where_it_is_not_known_or_years_away(expected: int | None, succeeded: int, seconds: float) -> None:
    assert estimated_end(_run(expected, succeeded, seconds)) is None
