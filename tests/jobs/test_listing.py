"""Jobs are listed page by page, picked by state, model, certifier and the key of their row."""

from __future__ import annotations

import pytest
from redis import Redis

from certificates import DIPOLE, FIRST_ORDER, Certifier
from jobs import listing
from jobs.job_records import JobState
from jobs.listing import ALL, JobFilter
from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.round_trips import watched
from tests.support.run_specs import add_row, run_spec
from tests.support.specs import submission


def make(store: JobStore, model: str = "half-space", certifier: Certifier = FIRST_ORDER) -> str:
    made = submission(model=model, certifier=certifier)
    return store.create(made.spec, made.input_bytes).job_id


def listed(store: JobStore, only: JobFilter = ALL) -> list[str]:
    return [job.id for job in store.list_jobs(100, only=only).jobs]


def test_by_state_model_and_certifier(store: JobStore) -> None:
    old, dipole, other = make(store), make(store, certifier=DIPOLE), make(store, model="mnist")
    store.cancel(dipole)
    assert listed(store) == [other, dipole, old]
    assert listed(store, JobFilter(state=JobState.CANCELLED)) == [dipole]
    assert listed(store, JobFilter(model="mnist")) == [other]
    assert listed(store, JobFilter(certifier="first_order")) == [other, old]
    assert listed(store, JobFilter(JobState.QUEUED, "half-space", "first_order")) == [old]
    assert listed(store, JobFilter(model="half")) == []


def test_by_the_beginning_of_a_rows_key(
    store: JobStore, redis_client: Redis, jobs_settings: JobsSettings
) -> None:
    make(store)
    run = RunStore(redis_client, jobs_settings, store).create(run_spec()).id
    rows = [add_row(store, run, key).job_id for key in ("cats/1.png", "dogs/1.png", "größe.png")]
    assert listed(store, JobFilter(prefix="cats/")) == rows[:1]
    assert listed(store, JobFilter(prefix="gr\u00f6")) == rows[2:]
    assert listed(store, JobFilter(prefix="%w")) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_the_pages_together_hold_every_job_once(
    store: JobStore, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a page looks at fewer jobs than are there."""
    monkeypatch.setattr(listing, "MOST_SEEN", 3)
    made = [make(store, "odd" if i % 2 else "even") for i in range(7)]
    for model, expected in ((None, made), ("odd", made[1::2]), ("none", [])):
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = store.list_jobs(limit, cursor, only=JobFilter(model=model))
            found += [job.id for job in page.jobs]
            assert len(page.jobs) <= limit
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == expected[::-1]


def test_a_page_is_two_round_trips_however_few_are_picked(store: JobStore, redis_client: Redis) -> None:
    for _ in range(60):
        make(store)
    wanted = make(store, model="mnist")
    for _ in range(60):
        make(store)
    store.list_jobs(1)  # the server knows the script now
    with watched(redis_client) as trips:
        assert listed(store, JobFilter(model="mnist")) == [wanted]
    assert len(trips) <= 2, trips
