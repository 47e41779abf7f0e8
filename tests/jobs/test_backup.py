"""A copy of the append-only file, taken while jobs come in, gives every job back."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.server import Server, running_server
from tests.support.specs import submission
from tests.support.wait import wait_until

FOLDER = "appendonlydir"


pytestmark = pytest.mark.own_server


def fill(store: JobStore, jobs: int) -> list[str]:
    made = submission()
    return [store.create(made.spec, made.input_bytes).job_id for _ in range(jobs)]


def rewriting(client: Redis) -> bool:
    return bool(client.info("persistence")["aof_rewrite_in_progress"])


def restored(copy: Path) -> list[str]:
    """Return the jobs of a server started on a copy, oldest first."""
    with running_server(copy) as server:
        settings = JobsSettings(redis_url=server.url)
        with connect(settings) as client:
            return [job.id for job in JobStore(client, settings).list_jobs(10_000).jobs][::-1]


def test_a_copy_taken_beside_submissions_has_every_job_before_it(
    server: Server, redis_client: Redis, store: JobStore, tmp_path: Path
) -> None:
    before = fill(store, 50)
    redis_client.bgrewriteaof()  # an increment begins, as it does every now and then
    redis_client.config_set("auto-aof-rewrite-percentage", "0")
    wait_until(lambda: not rewriting(redis_client), "the rewriting to end")
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(fill, store, 200)
        shutil.copytree(server.folder / FOLDER, tmp_path / FOLDER)
        made = before + later.result()
    found = restored(tmp_path)
    assert found == made[: len(found)]
    assert len(found) >= len(before)


def test_a_copy_that_ends_within_a_command_lacks_that_command_alone(
    server: Server, store: JobStore, tmp_path: Path
) -> None:
    made = fill(store, 10)
    shutil.copytree(server.folder / FOLDER, tmp_path / FOLDER)
    (increment,) = (tmp_path / FOLDER).glob("*.incr.aof")
    increment.write_bytes(increment.read_bytes()[:-10])
    assert restored(tmp_path) == made[:-1]
