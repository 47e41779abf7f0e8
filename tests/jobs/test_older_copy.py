"""A server that comes back with an older copy of its data, while workers go on with what they had in hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis

from certificates.counts.evidence import Evidence, HitCounts
from jobs.job_errors import StepLeftOver
from jobs.ledger import Ledger
from jobs.plan import Plan
from jobs.spec import JobSpec
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.plans import SHARDS, plan_of
from tests.support.specs import submission

WINDOW = 3


@pytest.fixture
def ledger(redis_client: Redis) -> Ledger:
    return Ledger(redis_client)


@pytest.fixture
def spec() -> JobSpec:
    return submission(n=100 * SHARDS).spec


@pytest.fixture
def job_id(store: JobStore, spec: JobSpec) -> str:
    """A job without a plan, of which a worker has the first step in hand."""
    job_id = store.create(spec, submission().input_bytes).job_id
    begin(store, job_id)
    return job_id


def votes(samples: int = 100) -> Evidence:
    return Evidence(hits=HitCounts(samples, 0, (samples, 0)))


def copy_of(client: Redis) -> Callable[[], None]:
    """Copy all that the server has; return what brings the copy back."""
    copied = [(name, client.dump(name)) for name in client.scan_iter("*")]

    def bring_back() -> None:
        client.flushdb()
        for name, content in copied:
            assert isinstance(content, bytes)
            client.restore(name, 0, content)

    return bring_back


def coarser() -> Plan:
    """Another plan of the job: shard 0 has the samples of shards 0 and 1 of the first plan."""
    return plan_of().model_copy(update={"shard_blocks": 2})


@pytest.mark.parametrize("planned_again", [False, True])
def test_a_shard_of_a_forgotten_plan_is_not_counted(
    redis_client: Redis, ledger: Ledger, store: JobStore, spec: JobSpec, job_id: str, planned_again: bool
) -> None:
    bring_back = copy_of(redis_client)
    forgotten = ledger.fix_plan(job_id, plan_of())
    bring_back()
    plan = ledger.fix_plan(job_id, coarser()) if planned_again else coarser()
    with pytest.raises(StepLeftOver, match="another plan"):
        ledger.store_shard(job_id, forgotten, 1, votes())
    ledger.fix_plan(job_id, plan)
    ledger.store_shard(job_id, plan, 0, votes(200))
    ledger.merge(job_id, spec, plan, WINDOW)
    certificate = store.cancel(job_id).certificate
    assert certificate is not None
    assert certificate["n"] == 200


def test_a_merge_under_a_forgotten_plan_is_not_stored(
    redis_client: Redis, ledger: Ledger, spec: JobSpec, job_id: str
) -> None:
    bring_back = copy_of(redis_client)
    forgotten = ledger.fix_plan(job_id, plan_of())
    standing = ledger.store_shard(job_id, forgotten, 0, votes())
    bring_back()
    plan = ledger.fix_plan(job_id, coarser())
    with pytest.raises(StepLeftOver, match="another plan"):
        ledger.merge(job_id, spec, forgotten, WINDOW, standing)
    assert ledger.look(job_id, plan).prefix.merged == 0


def test_forgotten_shards_are_counted_again_and_the_job_goes_on(
    redis_client: Redis, ledger: Ledger, spec: JobSpec, job_id: str
) -> None:
    plan = ledger.fix_plan(job_id, plan_of())
    out = ledger.merge(job_id, spec, plan, WINDOW).dispatched
    bring_back = copy_of(redis_client)
    standing = None
    for shard in out:
        standing = ledger.store_shard(job_id, plan, shard, votes())
    bring_back()
    assert ledger.merge(job_id, spec, plan, WINDOW, standing).dispatched == ()
    seen = list(ledger.missing(job_id))
    assert seen == list(out)
    for shard in seen:
        ledger.store_shard(job_id, plan, shard, votes())
        merged = ledger.merge(job_id, spec, plan, WINDOW)
        seen += merged.dispatched
    assert seen == list(range(SHARDS))
    assert merged.whole is not None
    assert merged.whole.evidence == votes(100 * SHARDS)
