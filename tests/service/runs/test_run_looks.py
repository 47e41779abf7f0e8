"""Those who follow a run at the same moment share one look at it."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from jobs.job_errors import RunNotFound
from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from service.runs.run_looks import RunLooks, Seen
from tests.support.run_specs import add_row, run_spec
from tests.support.server import Server

READERS = 20


@pytest.fixture
def runs(shared_server: Server, shared_redis: Redis, shared_store: JobStore) -> RunStore:
    return RunStore(shared_redis, JobsSettings(redis_url=shared_server.url), shared_store)


def test_one_look_serves_all_readers_of_a_moment(runs: RunStore, shared_store: JobStore) -> None:
    run = runs.create(run_spec())

    async def follow() -> list[Seen]:
        looks = RunLooks(runs, pause_s=3600)
        first = await asyncio.gather(*(looks.look(run) for _ in range(READERS)))
        await asyncio.to_thread(add_row, shared_store, run.id, "a")
        return [*first, await looks.look(run)]

    seen = asyncio.run(follow())
    assert len({id(each) for each in seen}) == 1


def test_the_next_look_finds_what_has_changed(runs: RunStore, shared_store: JobStore) -> None:
    run = runs.create(run_spec())

    async def follow() -> None:
        looks = RunLooks(runs, pause_s=0.01)
        before = await looks.look(run)
        await asyncio.sleep(0.1)
        assert (await looks.look(run)).mark == before.mark, "nothing has changed"
        await asyncio.to_thread(add_row, shared_store, run.id, "a")
        await asyncio.sleep(0.1)
        assert (await looks.look(run)).mark != before.mark

    asyncio.run(follow())


def test_a_reader_that_leaves_takes_the_look_from_nobody(runs: RunStore) -> None:
    run = runs.create(run_spec())

    async def follow() -> Seen:
        looks = RunLooks(runs, pause_s=3600)
        leaving = asyncio.ensure_future(looks.look(run))
        staying = asyncio.ensure_future(looks.look(run))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert run.id in asyncio.run(follow()).text


def test_a_run_that_is_gone_is_not_found(runs: RunStore, shared_redis: Redis) -> None:
    run = runs.create(run_spec())
    shared_redis.delete(f"certify:run:{run.id}")
    with pytest.raises(RunNotFound):
        asyncio.run(RunLooks(runs, pause_s=3600).look(run))


def test_who_begins_to_follow_is_told_by_no_earlier_look_whether_it_has_ended(
    runs: RunStore, shared_store: JobStore
) -> None:
    run_id = runs.create(run_spec(expected_rows=1)).id
    runs.skip(run_id, "a", "no picture")

    async def finished() -> list[bool]:
        looks = RunLooks(runs, pause_s=3600)
        told = [(await looks.first_look(runs.get(run_id))).finished]
        add_row(shared_store, run_id, "a")
        told.append((await looks.look(runs.get(run_id))).finished)
        told.append((await looks.first_look(runs.get(run_id))).finished)
        runs.cancel(run_id)
        told.append((await looks.first_look(runs.get(run_id))).finished)
        return told

    assert asyncio.run(finished()) == [True, True, False, True]
