"""The figures about all jobs: what remains to be counted, and how long shards took."""

from __future__ import annotations

import pytest
from redis import Redis

from certificates.counts.evidence import Evidence, HitCounts
from jobs import keys
from jobs.census import take_census
from jobs.ledger import Ledger
from jobs.shard_times import BOUNDS, bucket_of, cumulated
from jobs.store import Counted, JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.specs import submission


def test_samples_remain_until_they_are_counted_or_their_job_ends(
    redis_client: Redis, store: JobStore
) -> None:
    made, other = submission(n=300), submission(n=5_000)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    ledger, plan = Ledger(redis_client), plan_of(shards=3)
    ledger.fix_plan(job_id, plan)
    assert take_census(redis_client).remaining == 300
    for _ in range(2):  # a shard that is stored again is not counted again
        ledger.store_shard(job_id, plan, 1, Evidence(hits=HitCounts(100, 0, (40, 60))), 0.2)
    waiting = store.create(other.spec, other.input_bytes).job_id
    assert take_census(redis_client).remaining == 200 + 5_000
    for _ in range(2):
        store.cancel(job_id)
    assert take_census(redis_client).remaining == 5_000
    begin(store, waiting)
    store.succeed(waiting, {"radius": 0.25}, counted=Counted(plan_of(shards=1), 1.0, 5_000, 0.5))
    assert take_census(redis_client).remaining == 0


def test_a_job_that_stops_early_leaves_nothing(redis_client: Redis, store: JobStore) -> None:
    made = submission(n=300)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    ledger, plan = Ledger(redis_client), plan_of(shards=3)
    ledger.fix_plan(job_id, plan)
    ledger.store_shard(job_id, plan, 0, Evidence(hits=HitCounts(100, 0, (40, 60))), 0.2)
    ledger.report(job_id, 1, 50)
    store.succeed(job_id, {"radius": 0.25})
    assert take_census(redis_client).remaining == 0


@pytest.mark.parametrize(
    ("seconds", "first"), [(0.0, "0.005"), (0.75, "0.75"), (0.7500001, "1.0"), (601.0, "+Inf")]
)
def test_a_shard_counts_in_every_bucket_that_it_fits(seconds: float, first: str) -> None:
    ends = [*map(str, BOUNDS), "+Inf"]
    counts = cumulated({bucket_of(seconds): "1"})
    assert list(counts) == ends
    assert list(counts.values()) == [int(k >= ends.index(first)) for k in range(len(ends))]


def test_counters_are_where_the_census_reads_them(redis_client: Redis, store: JobStore) -> None:
    made = submission(n=100)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    store.succeed(job_id, {"radius": 0.25}, counted=Counted(plan_of(shards=1), 1.0, 100, 0.6))
    within = take_census(redis_client).shards_within
    assert (within["0.5"], within["0.75"], within["+Inf"]) == (0, 1, 1)
    assert redis_client.hget(keys.TOTALS, "shard_seconds") == b"0.6"
