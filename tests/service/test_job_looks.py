"""However many ask about jobs at one moment, each job is read once."""

from __future__ import annotations

import asyncio

from redis import Redis

from jobs import keys
from jobs.job_errors import JobNotFound, UnreadableRecord
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from service.job_looks import Look
from tests.support.begun import name_what_nobody_knows
from tests.support.round_trips import Trip, watched
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.watching import watching


def create(store: JobStore) -> str:
    made = submission(n=100)
    return store.create(made.spec, made.input_bytes).job_id


def about_jobs(trips: list[Trip]) -> list[Trip]:
    return [trip for trip in trips if "certify:job:" in trip.words]


def look_at(server: Server, client: Redis, job_ids: list[str]) -> tuple[list[object], list[Trip]]:
    """Ask for all of them at one moment; return what was found, and the reads of jobs."""

    async def ask() -> list[object]:
        async with watching(client, JobsSettings(redis_url=server.url)) as service:
            asked = (service.looks.look(job_id) for job_id in job_ids)
            return list(await asyncio.gather(*asked, return_exceptions=True))

    with watched(client) as trips:
        found = asyncio.run(ask())
    return found, about_jobs(trips)


def test_a_hundred_who_ask_for_one_job(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_id = create(shared_store)
    found, trips = look_at(shared_server, shared_redis, [job_id] * 100)
    assert len(trips) == 1, trips
    assert len({id(look) for look in found}) == 1
    assert isinstance(found[0], Look)


def test_jobs_that_are_wanted_while_another_is_read_share_a_round_trip(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    job_ids = [create(shared_store) for _ in range(30)]
    found, trips = look_at(shared_server, shared_redis, job_ids)
    assert len(trips) <= 2, trips
    told = [look.answer for look in found if isinstance(look, Look)]
    assert [job_id.encode() in answer for job_id, answer in zip(job_ids, told, strict=True)] == [True] * 30


def test_what_is_wrong_with_one_job_is_told_to_those_who_ask_for_it(
    shared_server: Server, shared_redis: Redis, shared_store: JobStore
) -> None:
    good, unknown, broken = (create(shared_store) for _ in range(3))
    name_what_nobody_knows(shared_redis, unknown)
    shared_redis.hset(keys.job(broken), "created_at", "no number")
    found, _ = look_at(shared_server, shared_redis, [good, unknown, "A" * 22, broken, good])
    shared_redis.delete(keys.job(unknown), keys.job(broken))
    assert [type(one) for one in found] == [Look, UnreadableRecord, JobNotFound, ValueError, Look]
