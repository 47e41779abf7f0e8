"""All who follow a job at a gateway are told by one reader, in order, and none holds the others' events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from redis import Redis

from jobs.ledger import Ledger
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from service.job_ends import JobEnds
from service.job_streams import JobStreams
from tests.support.begun import begin
from tests.support.round_trips import watched
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.wait import wait_until
from tests.support.watching import PAUSE_S, Watching, watching

LIMIT_S = 60


def running_job(store: JobStore) -> str:
    made = submission(n=100)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    return job_id


def done(event: bytes) -> int:
    """Return the samples of an event of progress."""
    data = event.decode().partition("data: ")[2]
    return int(json.loads(data)["progress"]["samples_done"])


async def follow(service: Watching, job_id: str) -> AsyncIterator[bytes]:
    first = await service.looks.look(job_id)
    async for event in service.streams.follow(job_id, first):
        yield event


async def until(events: AsyncIterator[bytes], samples: int, told: list[int] | None = None) -> None:
    """Take events until one has so many samples; note those of all in ``told``."""
    told = [] if told is None else told
    async for event in events:
        told.append(done(event))
        if told[-1] == samples:
            break


async def all_are_told(told: list[list[int]], samples: int) -> None:
    """Wait until the last event of each has so many samples."""
    await asyncio.to_thread(
        wait_until, lambda: all(each[-1:] == [samples] for each in told), f"an event of {samples} samples"
    )


def test_fifty_followers_share_the_looks_of_one(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_id, ledger = running_job(shared_store), Ledger(shared_redis)

    async def run() -> tuple[list[list[int]], float]:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            began = asyncio.get_running_loop().time()
            told: list[list[int]] = [[] for _ in range(50)]
            followers = [asyncio.create_task(until(follow(service, job_id), 5, each)) for each in told]
            await all_are_told(told, 0)
            for samples in range(1, 6):
                await asyncio.to_thread(ledger.report, job_id, 0, samples)
                await all_are_told(told, samples)
            await asyncio.gather(*followers)
            return told, asyncio.get_running_loop().time() - began

    with watched(shared_redis) as trips:
        told, took = asyncio.run(run())
    reads = [trip for trip in trips if "HGETALL" in trip.words and job_id in trip.words]
    assert len(reads) <= took / PAUSE_S + 2
    assert told == [[0, 1, 2, 3, 4, 5]] * 50


def test_who_is_slow_is_told_the_last_state_and_not_those_between(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_id, ledger = running_job(shared_store), Ledger(shared_redis)

    async def run() -> list[int]:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            slow, quick = follow(service, job_id), follow(service, job_id)
            told = [done(await anext(slow))]
            await anext(quick)
            for samples in range(1, 6):
                await asyncio.to_thread(ledger.report, job_id, 0, samples)
                await asyncio.wait_for(until(quick, samples), LIMIT_S)
            told.append(done(await anext(slow)))
            return told

    assert asyncio.run(run()) == [0, 5]


def test_nothing_is_read_once_the_last_follower_has_left(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_id = running_job(shared_store)

    async def is_read() -> bool:
        with watched(shared_redis) as trips:
            await asyncio.sleep(5 * PAUSE_S)
        return any(job_id in trip.words for trip in trips)

    async def run() -> None:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            told: list[list[int]] = [[] for _ in range(3)]
            followers = [asyncio.create_task(until(follow(service, job_id), 1, each)) for each in told]
            await all_are_told(told, 0)
            for follower in followers:
                follower.cancel()
            await asyncio.gather(*followers, return_exceptions=True)
            async with asyncio.timeout(LIMIT_S):
                while await is_read():  # the last reading may still be on its way
                    pass

    asyncio.run(run())


def test_who_comes_after_the_end_sees_no_earlier_state_and_those_before_hear_of_it(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    """The notice of the end is lost, and the job's reader does not get to look again."""
    job_id = running_job(shared_store)

    async def run() -> list[bytes]:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            streams = JobStreams(service.looks, JobEnds(shared_redis), PAUSE_S)
            early = streams.follow(job_id, await service.looks.look(job_id))
            await anext(early)
            shared_store.cancel(job_id)
            late = streams.follow(job_id, await service.looks.look_anew(job_id))
            return [event async for event in late] + [event async for event in early]

    events = asyncio.run(run())
    assert [event.partition(b"\r\n")[0] for event in events] == [b"event: end"] * 2
