"""The ledger: one plan, every shard counted once in any order, few shards out, bounded space."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from certificates import Bounds
from certificates.counts.evidence import Evidence, GradientSums, HitCounts
from jobs import keys
from jobs.job_errors import JobEnded
from jobs.ledger import AHEAD, Ledger, Merged
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.plans import SHARDS, plan_of
from tests.support.specs import submission

WINDOW = 3


def merge(ledger: Ledger, job_id: str, shards: int = SHARDS, window: int = WINDOW) -> Merged:
    made = submission(n=100 * shards, bounds=Bounds.PAPER)
    return ledger.merge(job_id, made.spec, plan_of(shards=shards), window)


def assert_whole(merged: Merged) -> None:
    """Check that a job has every shard once."""
    assert merged.whole is not None
    assert (merged.dispatched, merged.whole.merged, merged.whole.evidence) == ((), SHARDS, total(SHARDS))


def evidence_of(shard: int) -> Evidence:
    """Return evidence of the kind with most parts, different for each shard."""
    hits = HitCounts(100, 0, (40 + shard, 60 - shard))
    return Evidence(hits=hits, gradient=GradientSums(2, 50, shard / 2**20 - 3.0))


@pytest.fixture
def ledger(redis_client: Redis) -> Ledger:
    return Ledger(redis_client)


@pytest.fixture
def running(store: JobStore, ledger: Ledger) -> str:
    """A running job with a plan of ``SHARDS`` shards."""
    made = submission(n=100 * SHARDS, bounds=Bounds.PAPER)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    ledger.fix_plan(job_id, plan_of())
    return job_id


def total(shards: int) -> Evidence:
    summed = evidence_of(0)
    for shard in range(1, shards):
        summed += evidence_of(shard)
    return summed


def test_the_first_plan_holds(ledger: Ledger, store: JobStore, running: str) -> None:
    assert ledger.fix_plan(running, plan_of(target=1)) == plan_of(target=0)
    assert store.get(running).plan == plan_of(target=0)


def test_a_job_that_does_not_run_takes_no_plan(ledger: Ledger, store: JobStore) -> None:
    made = submission()
    job_id = store.create(made.spec, made.input_bytes).job_id
    with pytest.raises(JobEnded):
        ledger.fix_plan(job_id, plan_of())
    assert store.get(job_id).plan is None


def test_messages_about_the_first_shards_go_on_the_queue_with_the_plan(
    ledger: Ledger, store: JobStore, redis_client: Redis
) -> None:
    """Once, and whoever fixes the plan counts shard 0: so three shards are out, and the next is shard 3."""
    made, plan = submission(n=100 * SHARDS, bounds=Bounds.PAPER), plan_of()
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    for _ in range(2):
        assert ledger.fix_plan(job_id, plan, ["about 1", "about 2"]) == plan
    queue = keys.messages(keys.queue(plan.fleet.key))
    assert redis_client.lrange(queue, 0, -1) == [b"about 2", b"about 1"]
    assert ledger.missing(job_id) == (0, 1, 2)
    assert merge(ledger, job_id).dispatched == ()
    ledger.store_shard(job_id, plan, 0, evidence_of(0))
    assert merge(ledger, job_id).dispatched == (3,)


@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_any_order_and_repetition_give_the_same_sum(ledger: Ledger, running: str, order: str) -> None:
    shards = list(range(SHARDS))
    if order == "backward":
        shards.reverse()
    if order == "shuffled":
        random.Random(7).shuffle(shards)
    for shard in shards:
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
        merge(ledger, running)
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
    assert_whole(merge(ledger, running))


def test_the_first_evidence_of_a_shard_holds(ledger: Ledger, running: str) -> None:
    ledger.store_shard(running, plan_of(), 0, evidence_of(0))
    ledger.store_shard(running, plan_of(), 0, evidence_of(5))
    for shard in range(1, SHARDS):
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
    assert_whole(merge(ledger, running))


def test_rivals_merge_everything_once(ledger: Ledger, running: str) -> None:
    def work(shard: int) -> None:
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
        merge(ledger, running)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [*range(SHARDS), *range(SHARDS)]))
    assert_whole(merge(ledger, running))


def test_merged_shards_take_no_space(ledger: Ledger, redis_client: Redis, running: str) -> None:
    for shard in range(SHARDS - 1):
        ledger.store_shard(running, plan_of(), shard, evidence_of(shard))
        merge(ledger, running)
        assert redis_client.hlen(keys.shards(running)) == 0


def test_no_more_shards_are_out_than_the_window(ledger: Ledger, running: str) -> None:
    assert merge(ledger, running).dispatched == (0, 1, 2)
    assert merge(ledger, running).dispatched == ()
    ledger.store_shard(running, plan_of(), 1, evidence_of(1))
    assert merge(ledger, running).dispatched == (3,)


def test_a_wider_window_lets_more_out(ledger: Ledger, running: str) -> None:
    merge(ledger, running, window=2)
    assert merge(ledger, running, window=5).dispatched == (2, 3, 4)


def test_every_shard_is_dispatched_once(ledger: Ledger, running: str) -> None:
    out = list(merge(ledger, running).dispatched)
    seen = list(out)
    while out:
        ledger.store_shard(running, plan_of(), out[0], evidence_of(out.pop(0)))
        taken = merge(ledger, running).dispatched
        out += taken
        seen += taken
    assert seen == list(range(SHARDS))


def test_shards_that_wait_for_a_lost_one_are_bounded(
    ledger: Ledger, redis_client: Redis, store: JobStore
) -> None:
    made = submission(n=100 * 1000)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    plan = ledger.fix_plan(job_id, plan_of(shards=1000))
    out = list(merge(ledger, job_id, 1000).dispatched)
    out.remove(0)
    while out:
        ledger.store_shard(job_id, plan, out.pop(), Evidence(hits=HitCounts(100, 0, (40, 60))))
        out += merge(ledger, job_id, 1000).dispatched
    assert redis_client.hlen(keys.shards(job_id)) < AHEAD * WINDOW
    assert ledger.missing(job_id) == (0,)


def test_progress_counts_stored_and_running_shards(ledger: Ledger, store: JobStore, running: str) -> None:
    ledger.store_shard(running, plan_of(), 0, evidence_of(0))
    ledger.report(running, 1, 30)
    assert store.get(running).progress.samples_done == 130
    ledger.report(running, 1, 70)
    assert store.get(running).progress.samples_done == 170
    ledger.store_shard(running, plan_of(), 1, evidence_of(1))
    progress = store.get(running).progress
    assert progress.samples_done == 200
    assert progress.samples_per_second is not None
    assert progress.samples_per_second > 0


def test_a_cancelled_job_stops_its_shards_and_keeps_its_progress(
    ledger: Ledger, store: JobStore, running: str
) -> None:
    ledger.store_shard(running, plan_of(), 0, evidence_of(0))
    ledger.report(running, 1, 30)
    store.cancel(running)
    with pytest.raises(JobEnded):
        ledger.report(running, 1, 60)
    with pytest.raises(JobEnded):
        ledger.store_shard(running, plan_of(), 1, evidence_of(1))
    with pytest.raises(JobEnded):
        merge(ledger, running)
    assert store.get(running).progress.samples_done == 130
