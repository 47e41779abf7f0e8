"""Certificates of part of a job: running radius, stopping at one, gradient epochs; in any order."""

from __future__ import annotations

import random

import numpy as np
import pytest
from redis import Redis

from certificates import (
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsSums,
    Bounds,
    Certifier,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    Weights,
    epoch_ends,
)
from jobs import keys
from jobs.job_records import JobState
from jobs.ledger import AHEAD_BYTES, Ledger
from jobs.merged_prefix import Prefix
from jobs.plan import Plan
from jobs.spec import JobSpec
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.specs import submission

SHARDS = 12
WINDOW = 4
D = 2


@pytest.fixture
def ledger(redis_client: Redis) -> Ledger:
    return Ledger(redis_client)


def evidence_of(shard: int, gradient: bool) -> Evidence:
    """A shard of 100 samples; the third has unlucky votes."""
    hits = HitCounts(100, 0, (60, 40) if shard == 2 else (95, 5))
    if not gradient:
        return Evidence(hits=hits)
    sums = AllPairsSums.of_block(Weights.SCORES, 100, np.full(D, 11.0 + shard), 25.0 * D)
    return Evidence(hits=hits, gradient=GradientSums(D, 0, 0.0, sums=sums))


def running_job(
    store: JobStore, ledger: Ledger, certifier: Certifier = FIRST_ORDER, stop: float | None = None
) -> tuple[str, JobSpec, Plan]:
    made = submission(n=100 * SHARDS, certifier=certifier, stop=stop)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    return job_id, made.spec, ledger.fix_plan(job_id, plan_of(shards=SHARDS))


def prefix_of(spec: JobSpec, shards: int) -> Prefix:
    prefix = Prefix()
    for shard in range(shards):
        gradient = spec.certifier is SECOND_ORDER
        prefix = prefix.add(evidence_of(shard, gradient), spec.claim())
    return prefix


def test_the_job_shows_the_best_radius_so_far(ledger: Ledger, store: JobStore) -> None:
    job_id, spec, plan = running_job(store, ledger)
    assert store.get(job_id).running is None
    shown = []
    for shard in range(4):
        ledger.store_shard(job_id, plan, shard, evidence_of(shard, gradient=False))
        ledger.merge(job_id, spec, plan, WINDOW)
        running = store.get(job_id).running
        assert running is not None
        shown.append((running.radius, running.samples))
    alone = [spec.claim().running(prefix_of(spec, k).supported()).radius for k in range(1, 5)]
    assert alone[2] < alone[1]
    assert shown == [(alone[0], 100), (alone[1], 200), (alone[1], 200), (max(alone), shown[3][1])]


def test_a_cancelled_job_keeps_the_certificate_of_its_samples(
    ledger: Ledger, store: JobStore, redis_client: Redis
) -> None:
    job_id, spec, plan = running_job(store, ledger, SECOND_ORDER)
    for shard in (0, 1, 3):
        ledger.store_shard(job_id, plan, shard, evidence_of(shard, gradient=True))
    ledger.merge(job_id, spec, plan, WINDOW)
    job = store.cancel(job_id)
    assert job.state is JobState.CANCELLED
    document = job.certificate
    assert document is not None
    claim, counts = document["claim"], document["counts"]
    assert isinstance(claim, dict)
    assert isinstance(counts, dict)
    again = Claim.from_dict(claim).certificate(Evidence.from_dict(counts), EndedBy.CANCELLED).to_dict()
    assert {name: document[name] for name in again} == again
    assert (document["n"], document["ended_by"], document["bounds"]) == (200, "cancelled", "anytime")
    assert not list(redis_client.scan_iter(f"{keys.job(job_id)}:*"))


def test_a_cancelled_job_without_samples_or_with_the_papers_bounds_has_none(
    ledger: Ledger, store: JobStore
) -> None:
    job_id, _, _ = running_job(store, ledger)
    assert store.cancel(job_id).certificate is None
    made = submission(n=100 * SHARDS, bounds=Bounds.PAPER)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    plan = ledger.fix_plan(job_id, plan_of(shards=SHARDS))
    ledger.store_shard(job_id, plan, 0, evidence_of(0, gradient=False))
    ledger.merge(job_id, made.spec, plan, WINDOW)
    job = store.cancel(job_id)
    assert (job.certificate, job.running) == (None, None)


@pytest.mark.parametrize("certifier", [FIRST_ORDER, SECOND_ORDER])
@pytest.mark.parametrize("order", ["forward", "backward", "shuffled", "in pairs"])
def test_a_job_stops_at_the_same_shard_in_any_order(
    ledger: Ledger, store: JobStore, certifier: Certifier, order: str
) -> None:
    """The second shard reaches the radius, the third loses it again: only merging in order can tell."""
    gradient = certifier is SECOND_ORDER
    probe = submission(n=100 * SHARDS, certifier=certifier, stop=9.0).spec
    radii = [probe.claim().running(prefix_of(probe, k).supported()).radius for k in range(1, 5)]
    assert radii[0] < radii[1] > radii[2]
    job_id, spec, plan = running_job(store, ledger, certifier, stop=radii[1])
    shards = list(range(SHARDS))
    if order == "backward":
        shards.reverse()
    if order == "shuffled":
        random.Random(3).shuffle(shards)
    for shard in shards:
        ledger.store_shard(job_id, plan, shard, evidence_of(shard, gradient))
        if order != "in pairs" or shard % 2:
            ledger.merge(job_id, spec, plan, WINDOW)
    whole = ledger.merge(job_id, spec, plan, WINDOW).whole
    assert whole is not None
    evidence, certificate = whole.final(spec.claim())
    assert (evidence.n, certificate.n) == (200, 200)
    assert certificate.ended_by is EndedBy.STOP_RADIUS
    assert certificate.radius == radii[1]
    assert ledger.merge(job_id, spec, plan, WINDOW).dispatched == ()


def test_a_radius_that_is_never_reached_uses_all_samples(ledger: Ledger, store: JobStore) -> None:
    job_id, spec, plan = running_job(store, ledger, SECOND_ORDER, stop=9.0)
    for shard in range(SHARDS):
        ledger.store_shard(job_id, plan, shard, evidence_of(shard, gradient=True))
    whole = ledger.merge(job_id, spec, plan, WINDOW).whole
    assert whole is not None
    assert (whole.merged, whole.stopped) == (SHARDS, False)
    expected = prefix_of(spec, SHARDS)
    assert (whole.evidence, whole.mean) == (expected.evidence, expected.mean)
    _, certificate = whole.final(spec.claim())
    assert (certificate.n, certificate.ended_by) == (spec.n, EndedBy.SAMPLES)


def test_gradient_epochs_end_where_the_samples_halve_towards_all_of_them() -> None:
    spec = submission(n=100 * SHARDS, certifier=SECOND_ORDER).spec
    seen = [prefix_of(spec, shards).mean for shards in range(1, SHARDS + 1)]
    epochs = [(mean.epoch, mean.n) for mean in seen if mean is not None]
    assert epochs == [
        (4, 100), (3, 200), (2, 300), (2, 300), (2, 300), (1, 600), (1, 600),
        (1, 600), (1, 600), (1, 600), (1, 600), (0, 1200),
    ]  # fmt: skip
    assert tuple(dict.fromkeys(n for _, n in epochs)) == epoch_ends(spec.n, 100)
    whole = prefix_of(spec, SHARDS).evidence
    assert whole is not None
    assert whole.gradient is not None
    assert whole.gradient.sums is not None
    assert seen[-1] == whole.gradient.sums.condensed(0, spec.n)


def test_a_multiclass_job_shows_the_gradient_of_its_class_while_it_runs() -> None:
    vectors = np.array([[-3.0, 1.0], [20.0, 4.0], [2.0, -7.0]])
    sums = AllPairsSums.of_block(Weights.SCORES, 100, vectors, 25.0 * D, per_class=True)
    shard = Evidence(HitCounts(100, 1, (2, 95, 3)), gradient=GradientSums(D, 0, 0.0, sums=sums))
    claim = submission(n=100 * SHARDS, certifier=SECOND_ORDER, decision=Decision.MULTICLASS).spec.claim()
    prefix = Prefix().add(shard, claim)
    assert prefix.mean == sums.condensed(1, claim.n)
    assert claim.running(prefix.supported()).decision is Decision.MAJORITY


def test_large_shards_that_wait_for_a_lost_one_are_fewer(
    ledger: Ledger, store: JobStore, redis_client: Redis
) -> None:
    job_id, spec, plan = running_job(store, ledger)
    assert ledger.merge(job_id, spec, plan, 2).dispatched == (0, 1)
    ledger.store_shard(job_id, plan, 1, evidence_of(1, gradient=False))
    redis_client.hset(keys.job(job_id), "shard_bytes", AHEAD_BYTES // 3)
    assert ledger.merge(job_id, spec, plan, 2).dispatched == (2,)
    ledger.store_shard(job_id, plan, 2, evidence_of(2, gradient=False))
    redis_client.hset(keys.job(job_id), "shard_bytes", AHEAD_BYTES // 3)
    assert ledger.merge(job_id, spec, plan, 2).dispatched == ()
