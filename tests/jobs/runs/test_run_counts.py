"""A run's counts follow its rows, whatever becomes of them."""

from __future__ import annotations

import math

import pytest
from redis import Redis

from jobs import keys
from jobs.job_records import Failure, JobState
from jobs.runs.run_records import Reached, RowEnd, RunCounts
from jobs.runs.run_store import RunStore
from jobs.store import Counted, JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.run_specs import add_row, certificate, run_spec


@pytest.fixture
def run_id(runs: RunStore) -> str:
    return runs.create(run_spec(radii=(0.1, 0.5))).id


def test_a_new_run_is_empty(runs: RunStore, run_id: str) -> None:
    run = runs.get(run_id)
    assert (run.spec, run.counts, run.ended_at) == (run_spec(radii=(0.1, 0.5)), RunCounts(), None)
    assert runs.rows(run_id, 0, 10) == []
    assert runs.radii(run_id, 10) == (run, [])
    assert runs.certified(run_id, [0.0]) == (run, [0])


def test_a_row_is_counted_from_its_arrival_to_its_end(runs: RunStore, store: JobStore, run_id: str) -> None:
    job = add_row(store, run_id, "a", 1).job
    assert job.row is not None
    assert (job.row.run_id, job.row.number, job.row.key) == (run_id, 1, "a")
    assert store.get(job.id).row == job.row
    assert runs.get(run_id).counts == RunCounts(rows=1, queued=1)
    begin(store, job.id)
    assert runs.get(run_id).counts == RunCounts(rows=1, running=1)
    store.succeed(job.id, certificate(0.25, 1))
    store.succeed(job.id, certificate(0.5, 1))
    counts = runs.get(run_id).counts
    assert counts == RunCounts(
        rows=1, succeeded=1, labelled=1, correct=1, radius_sum=250_000_000, certified_sum=250_000_000
    )
    assert runs.get(run_id).ended_at is not None


def test_every_way_to_end(runs: RunStore, store: JobStore, run_id: str) -> None:
    certified, wrong, abstained, failed, cancelled, plain = (
        add_row(store, run_id, key, None if key == "plain" else 0).job_id
        for key in ("certified", "wrong", "abstained", "failed", "cancelled", "plain")
    )
    for job_id in (certified, wrong, abstained, plain):
        begin(store, job_id)
    store.succeed(certified, certificate(0.7))
    store.succeed(wrong, certificate(0.9, 1))
    store.succeed(abstained, certificate(0.0))
    store.fail(failed, Failure(type="model_broken", detail="as the test wants it"))
    store.cancel(cancelled)
    store.succeed(plain, certificate(0.8))
    assert runs.get(run_id).counts == RunCounts(
        rows=6,
        succeeded=4,
        failed=1,
        cancelled=1,
        abstained=1,
        labelled=3,
        correct=1,
        radius_sum=700_000_000,
        certified_sum=2_400_000_000,
    )
    listed = {
        name: [row.key for row in runs.rows(run_id, 0, 10, name)] for name in ("open", "failed", "cancelled")
    }
    assert listed == {"open": [], "failed": ["failed"], "cancelled": ["cancelled"]}
    assert [row.key for row in runs.rows(run_id, 0, 10, "wrong")] == ["wrong", "abstained"]
    assert [row.key for row in runs.rows(run_id, 0, 10, "abstained")] == ["abstained"]


def test_a_row_tells_how_it_ended(runs: RunStore, store: JobStore, run_id: str) -> None:
    job_id = add_row(store, run_id, "ä, with a comma", 3).job_id
    begin(store, job_id)
    store.succeed(job_id, certificate(math.nextafter(0.3, 0.0), 3))
    (row,) = runs.rows(run_id, 0, 10)
    assert (row.number, row.key, row.job_id, row.label) == (1, "ä, with a comma", job_id, 3)
    assert row.end is not None
    assert row.end.seconds is not None
    assert row.end == RowEnd(
        state=JobState.SUCCEEDED,
        predicted=3,
        clean=None,
        abstained=False,
        radius=math.nextafter(0.3, 0.0),  # to the last bit: it is never rounded up
        samples=0,
        seconds=row.end.seconds,
    )
    assert row.end.correct(3)
    assert not row.end.correct(2)


@pytest.mark.parametrize(("clean", "right"), [(3, 1), (1, 0), (None, 0)])
def test_rows_that_are_right_without_noise_are_counted(
    runs: RunStore, store: JobStore, run_id: str, clean: int | None, right: int
) -> None:
    job_id = add_row(store, run_id, "a", 3).job_id
    begin(store, job_id)
    plan = plan_of(1).model_copy(update={"clean": clean, "clean_label": "three"})
    store.succeed(job_id, certificate(0.3, 1), None, Counted(plan, 0.0, 10, 0.1))
    assert runs.get(run_id).counts.clean_correct == right
    (row,) = runs.rows(run_id, 0, 10)
    assert row.end is not None
    assert row.end.clean == clean


def test_radii_are_counted_without_reading_the_rows(runs: RunStore, store: JobStore, run_id: str) -> None:
    for i in range(1, 9):
        job_id = add_row(store, run_id, f"row {i}", 0).job_id
        begin(store, job_id)
        store.succeed(job_id, certificate(i / 8))
    assert runs.certified(run_id, [0.0, 0.125, 0.126, 1.0, 1.1])[1] == [8, 8, 7, 1, 0]
    assert runs.radii(run_id, 100)[1] == [(i / 8, 9 - i) for i in range(1, 9)]
    _, few = runs.radii(run_id, 3)
    assert few == [(0.125, 8), (0.5, 5), (1.0, 1)]


def test_rows_without_a_label_count_among_the_certified(runs: RunStore, store: JobStore, run_id: str) -> None:
    for label, radius in ((None, 0.5), (1, 0.25), (0, 0.75), (None, 0.0)):
        job_id = add_row(store, run_id, f"{label} {radius}", label).job_id
        begin(store, job_id)
        store.succeed(job_id, certificate(radius))
    run, found = runs.radii(run_id, 10, Reached.CERTIFIED)
    assert found == [(0.25, 3), (0.5, 2), (0.75, 1)]
    assert run.counts.of(Reached.CERTIFIED) == (3, 4)
    assert run.counts.of(Reached.CORRECT) == (1, 2)


def test_pages_of_rows(runs: RunStore, store: JobStore, run_id: str) -> None:
    for i in range(5):
        add_row(store, run_id, str(i))
    pages = [runs.rows(run_id, after, 2) for after in (0, 2, 4, 6)]
    assert [[row.key for row in page] for page in pages] == [["0", "1"], ["2", "3"], ["4"], []]
    assert [row.key for row in runs.rows(run_id, 3, 10, "open")] == ["3", "4"]


def test_a_job_whose_run_is_gone_ends_all_the_same(store: JobStore, redis_client: Redis, run_id: str) -> None:
    job_id = add_row(store, run_id, "a", 0).job_id
    redis_client.delete(*redis_client.keys(f"{keys.run(run_id)}*"))
    begin(store, job_id)
    assert store.succeed(job_id, certificate(0.5))
    assert redis_client.pttl(keys.job(job_id)) > 0


@pytest.mark.parametrize("sigma", [1e12, 1e300])
def test_radii_of_any_size_are_counted(runs: RunStore, store: JobStore, sigma: float) -> None:
    spec = run_spec().model_copy(update={"sigma": sigma})
    run_id = runs.create(spec).id
    for key in "ab":
        job_id = add_row(store, run_id, key, 0).job_id
        begin(store, job_id)
        store.succeed(job_id, certificate(0.5 * sigma))
    run = runs.get(run_id)
    assert (run.counts.correct, runs.certified(run_id, [0.5 * sigma])[1]) == (2, [2])
    total = run.counts.radius_sum / spec.radius_steps
    assert (1.0 - 1e-8) * sigma <= total <= sigma
