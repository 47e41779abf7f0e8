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
from tests.support.watching import PAUSE_S, Watching, watching

LIMIT_S = 20


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


async def until(events: AsyncIterator[bytes], samples: int) -> list[int]:
    """Take events until one has so many samples; return those of all."""
    told: list[int] = []
    async for event in events:
        told.append(done(event))
        if told[-1] == samples:
            break
    return told


def test_fifty_followers_share_the_looks_of_one(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_id, ledger = running_job(shared_store), Ledger(shared_redis)

    async def run() -> tuple[list[list[int]], float]:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            began = asyncio.get_running_loop().time()
            followers = [asyncio.create_task(until(follow(service, job_id), 5)) for _ in range(50)]
            for samples in range(1, 6):
                await asyncio.to_thread(ledger.report, job_id, 0, samples)
                await asyncio.sleep(3 * PAUSE_S)
            told = await asyncio.wait_for(asyncio.gather(*followers), LIMIT_S)
            return told, asyncio.get_running_loop().time() - began

    with watched(shared_redis) as trips:
        told, took = asyncio.run(run())
    reads = [trip for trip in trips if "HGETALL" in trip.words and job_id in trip.words]
    assert len(reads) <= took / PAUSE_S + 2
    assert {len(each) for each in told} <= {5, 6}, "the first event may be of the job before any report"
    assert all(each == sorted(set(each)) for each in told)


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

    async def run() -> int:
        async with watching(shared_redis, JobsSettings(redis_url=shared_server.url)) as service:
            followers = [asyncio.create_task(until(follow(service, job_id), 1)) for _ in range(3)]
            await asyncio.sleep(3 * PAUSE_S)
            for follower in followers:
                follower.cancel()
            await asyncio.gather(*followers, return_exceptions=True)
            await asyncio.sleep(3 * PAUSE_S)
            with watched(shared_redis) as trips:
                await asyncio.sleep(5 * PAUSE_S)
            return sum(job_id in trip.words for trip in trips)

    assert asyncio.run(run()) == 0


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
