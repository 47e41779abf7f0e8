"""Runs are listed page by page, picked by state, model, certifier and name, with what each counts."""

from __future__ import annotations

import pytest
from redis import Redis

from certificates import DIPOLE, FIRST_ORDER
from jobs.job_errors import InvalidCursor
from jobs.runs import run_listing
from jobs.runs.run_listing import ALL, RunFilter
from jobs.runs.run_records import RunState
from jobs.runs.run_store import RunStore
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.round_trips import watched
from tests.support.run_specs import add_row, certificate, run_spec

EXACT = 2 / 3
"""A radius that would be larger, and then no row's, if it had fewer digits."""


def listed(runs: RunStore, only: RunFilter = ALL, owner: str = "") -> list[str]:
    return [counted.run.spec.name for counted in runs.list_runs(100, owner=owner, only=only).runs]


def end(store: JobStore, job_id: str, radius: float) -> None:
    begin(store, job_id)
    store.succeed(job_id, certificate(radius))


def test_each_run_comes_as_it_is_read_alone(runs: RunStore, store: JobStore) -> None:
    radii = (0.1, 0.5, EXACT)
    run_id = runs.create(run_spec(radii=radii)).id
    for key, radius in (("a", EXACT), ("b", 0.5), ("c", 0.0), ("d", 0.2)):
        end(store, add_row(store, run_id, key, 0).job.id, radius)
    (counted,) = runs.list_runs(10).runs
    assert (counted.run, counted.certified) == runs.certified(run_id, radii)
    assert counted.certified == [3, 2, 1]


def test_by_state(runs: RunStore, store: JobStore) -> None:
    made = {name: runs.create(run_spec(name=name, expected_rows=1)) for name in ("new", "full", "off")}
    more = runs.create(run_spec(name="more", expected_rows=1))
    free = runs.create(run_spec(name="free"))
    begun = (made["full"], made["off"], more, free)
    jobs = {run.id: add_row(store, run.id, "a").job.id for run in begun}
    for run in (made["full"], more, free):
        end(store, jobs[run.id], 0.5)
    add_row(store, more.id, "b")
    runs.cancel(made["off"].id)
    assert listed(runs, RunFilter(state=RunState.COMPLETE)) == ["full"]
    assert listed(runs, RunFilter(state=RunState.CANCELLED)) == ["off"]
    assert listed(runs, RunFilter(state=RunState.OPEN)) == ["free", "more", "new"]
    for counted in runs.list_runs(10).runs:
        found = runs.list_runs(10, only=RunFilter(state=counted.run.state)).runs
        assert counted in found, "the server and the record agree on the state"


def test_by_model_certifier_and_the_beginning_of_the_name(runs: RunStore) -> None:
    for name, model, certifier in (
        ("digits one", "mnist", DIPOLE),
        ("digits two", "mnist-7x7", DIPOLE),
        ("größe", "mnist", FIRST_ORDER),
        ("two digits", "mnist", FIRST_ORDER),
    ):
        runs.create(run_spec(name=name, model=model, certifier=certifier))
    assert listed(runs, RunFilter(model="mnist")) == ["two digits", "größe", "digits one"]
    assert listed(runs, RunFilter(certifier="dipole")) == ["digits two", "digits one"]
    assert listed(runs, RunFilter(prefix="digits")) == ["digits two", "digits one"]
    assert listed(runs, RunFilter(prefix="grö")) == ["größe"]
    assert listed(runs, RunFilter(prefix="%d.*")) == []
    assert listed(runs, RunFilter(model="mnist", certifier="dipole", prefix="d")) == ["digits one"]
    assert listed(runs, RunFilter(model="nowhere")) == []


def test_nobody_finds_the_runs_of_another_owner(runs: RunStore) -> None:
    for owner in ("", "me", "you"):
        runs.create(run_spec(owner=owner, name=f"of {owner}"))
    assert [listed(runs, RunFilter(prefix="of"), owner) for owner in ("", "me", "you")] == [
        ["of "],
        ["of me"],
        ["of you"],
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_the_pages_together_hold_every_run_once(
    runs: RunStore, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a page looks at fewer runs than it may hold."""
    monkeypatch.setattr(run_listing, "MOST_SEEN", 3)
    for i in range(7):
        runs.create(run_spec(name=f"{'odd' if i % 2 else 'even'} {i}"))
    for prefix, expected in (("", [6, 5, 4, 3, 2, 1, 0]), ("odd", [5, 3, 1]), ("none", [])):
        found: list[int] = []
        cursor: str | None = None
        while True:
            page = runs.list_runs(limit, cursor, only=RunFilter(prefix=prefix))
            found += [int(counted.run.spec.name.split()[1]) for counted in page.runs]
            assert len(page.runs) <= limit
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == expected


def test_a_page_is_one_round_trip(runs: RunStore, redis_client: Redis) -> None:
    for i in range(20):
        runs.create(run_spec(name=f"run {i}", radii=(0.1, 0.2, 0.5)))
    runs.list_runs(1)  # the server knows the script now
    for only in (ALL, RunFilter(RunState.OPEN, "half-space", "first_order", "run 1")):
        with watched(redis_client) as trips:
            assert runs.list_runs(20, only=only).runs
        assert len(trips) == 1, trips


def test_a_cursor_that_no_listing_issued(runs: RunStore) -> None:
    with pytest.raises(InvalidCursor):
        runs.list_runs(10, "AAAA")
