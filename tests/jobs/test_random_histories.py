"""Whatever happens to a job, in whatever order, each of its shards counts once, or the job does not end.

Shards are counted again, delivered late and out of order, merged from what was read long ago, and the server
comes back with an older copy of the job.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from redis import Redis

from certificates import SECOND_ORDER, AllPairsSums, Claim, Evidence, GradientSums, HitCounts, Weights
from jobs import keys
from jobs.job_errors import StepLeftOver
from jobs.ledger import Ledger, Standing
from jobs.merged_prefix import Prefix
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.specs import submission

SHARDS, WINDOW, D = 40, 3, 2


def evidence_of(shard: int) -> Evidence:
    """A shard of 100 samples, unlike all others."""
    sums = AllPairsSums.of_block(Weights.SCORES, 100, np.array([2.0**-20 * shard, shard]), 50.0 + shard)
    votes = HitCounts(100, 0, (90 - shard, 10 + shard))
    return Evidence(hits=votes, gradient=GradientSums(D, 0, 0.0, sums=sums))


def prefixes(claim: Claim) -> Iterator[Prefix]:
    """Yield what the first shards, none at first, add up to."""
    prefix = Prefix()
    yield prefix
    for shard in range(SHARDS):
        yield (prefix := prefix.add(evidence_of(shard), claim))


class History:
    """One job, and what was remembered of it."""

    def __init__(self, redis: Redis, store: JobStore, chance: random.Random) -> None:
        made = submission(n=100 * SHARDS, certifier=SECOND_ORDER)
        self.spec, self.plan = made.spec, plan_of(shards=SHARDS)
        self._redis, self._store, self._chance = redis, store, chance
        self.ledger = Ledger(redis)
        self.job_id = store.create(made.spec, made.input_bytes).job_id
        begin(store, self.job_id)
        self.ledger.fix_plan(self.job_id, self.plan)
        self._remembered: list[Standing] = []
        self._copies: list[dict[bytes, bytes]] = []

    def _keys(self) -> list[bytes]:
        return [keys.job(self.job_id).encode(), *self._redis.scan_iter(f"{keys.job(self.job_id)}:*")]

    def copy(self) -> None:
        """Remember the server's copy of the job."""
        dumped = {key: self._redis.dump(key) for key in self._keys()}
        self._copies.append({key: content for key, content in dumped.items() if content is not None})

    def go_back(self) -> None:
        """Let the server come back with an older copy of the job."""
        if self._copies:
            self._redis.delete(*self._keys())
            for key, content in self._chance.choice(self._copies).items():
                self._redis.restore(key, 0, content)

    def store_shard(self, shard: int | None = None) -> Standing:
        """Count one shard, whichever it is."""
        shard = self._chance.randrange(SHARDS) if shard is None else shard
        standing = self.ledger.store_shard(self.job_id, self.plan, shard, evidence_of(shard))
        self._remembered.append(standing)
        return standing

    def merge_some(self) -> Prefix | None:
        """Merge from what is there now, or from what was read at any time before."""
        return self.merge(self._chance.choice([None, *self._remembered[-20:]]))

    def merge(self, standing: Standing | None = None) -> Prefix | None:
        """Merge from what was read; return the whole job if that is all."""
        return self.ledger.merge(self.job_id, self.spec, self.plan, WINDOW, standing).whole


@pytest.mark.parametrize("seed", [1, 3, 4, 7])
def test_every_history_gives_the_sum_of_the_first_shards(
    redis_client: Redis, store: JobStore, seed: int
) -> None:
    chance = random.Random(seed)
    history = History(redis_client, store, chance)
    expected = list(prefixes(history.spec.claim()))
    whole, backwards = None, 4
    while whole is None:
        what = chance.random()
        if what < 0.03:
            history.copy()
        elif what < 0.05 and backwards:
            backwards -= 1
            history.go_back()
        elif what < 0.6:
            history.store_shard()
        else:
            whole = history.merge_some()
        now = history.ledger.look(history.job_id, history.plan).prefix
        assert now.mean == expected[now.merged].mean
        should = expected[now.merged].evidence
        assert now.evidence == (None if should is None else should.at_epoch(None))
    assert whole.merged == SHARDS
    assert (whole.evidence, whole.mean) == (expected[-1].evidence, expected[-1].mean)


def test_what_was_read_of_another_copy_does_not_mix_with_this_one(
    redis_client: Redis, store: JobStore
) -> None:
    """In the first copy the vectors of all eight shards are added up, in the second those of five."""
    history = History(redis_client, store, random.Random(1))
    history.copy()
    for shard in range(8):
        history.store_shard(shard)
    history.merge()
    of_the_first = history.store_shard(8)
    history.go_back()
    for shard in range(8):
        history.store_shard(shard)
        history.merge()
    of_the_second = history.store_shard(8)
    assert (of_the_first.prefix.folded, of_the_second.prefix.folded) == (8, 5)
    history.merge(of_the_first)
    for shard in range(9, SHARDS):
        history.store_shard(shard)
    expected = list(prefixes(history.spec.claim()))[-1]
    whole = history.merge()
    assert whole is not None
    assert (whole.evidence, whole.mean) == (expected.evidence, expected.mean)


def test_vectors_of_another_plan_are_not_read(redis_client: Redis, store: JobStore) -> None:
    """The server lost the plan, and another worker planned the job before these shards were merged."""
    history = History(redis_client, store, random.Random(1))
    for shard in range(SHARDS):
        standing = history.store_shard(shard)
    redis_client.hset(keys.job(history.job_id), "plan", plan_of(target=1, shards=SHARDS).text)
    with pytest.raises(StepLeftOver, match="another plan"):
        history.merge(standing)
