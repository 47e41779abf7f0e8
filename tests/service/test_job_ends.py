"""A stream that waits for a job is woken when that job ends, and not when another one does."""

from __future__ import annotations

import asyncio

from redis import Redis

from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from service.job_ends import JobEnds
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.wait import wait_until

LIMIT_S = 60


def test_only_those_who_wait_for_the_job_are_woken(shared_server: Server, shared_redis: Redis) -> None:
    store = JobStore(shared_redis, JobsSettings(redis_url=shared_server.url))
    made = submission(n=100)
    mine, other = (store.create(made.spec, made.input_bytes).job_id for _ in range(2))
    before = _listeners(shared_redis)

    async def follow() -> bool:
        ends = JobEnds(shared_redis)
        with (
            ends.listening(),
            ends.waiting(mine) as end,
            ends.waiting(mine) as too,
            ends.waiting(other) as no,
        ):
            await asyncio.to_thread(wait_until, lambda: _listeners(shared_redis) > before, "the listener")
            await asyncio.to_thread(store.cancel, mine)
            await asyncio.wait_for(asyncio.gather(end.wait(), too.wait()), LIMIT_S)
            return no.is_set()

    assert not asyncio.run(follow())
    store.cancel(other)
    wait_until(lambda: _listeners(shared_redis) == before, "the listener to leave")


def _listeners(client: Redis) -> int:
    ((_, number),) = client.pubsub_numsub("certify:ended")
    return int(number)
