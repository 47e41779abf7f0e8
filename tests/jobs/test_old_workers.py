"""What workers and messages of an earlier release do to its jobs that have begun again: nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

import pytest
from redis import Redis

from jobs import keys
from jobs.ledger import Ledger
from jobs.queue import Queue
from jobs.spec import RECORD_VERSION, JobSpec, JobState
from jobs.store import JobStore
from tests.jobs.test_ledger import plan_of
from tests.support.reference import assert_undisturbed, half_space
from tests.support.server import Server
from tests.support.stack import Stack
from tests.support.stored import Stored, restore
from tests.support.wait import wait_until
from tests.support.worker import Worker

LEFT_OVER: Final = "the step is left over from before the job began again"
SCRIPTS: Final = Path(__file__).parent / "data/version-1-scripts.json"
"""The Lua scripts by which a release that writes version 1 changes a job, and refuses to."""
DOCUMENT: Final = json.dumps({"radius": 0.5})


@pytest.fixture
def stored(redis_client: Redis) -> Stored:
    """The jobs of version 1 on an empty server."""
    return restore(redis_client)


def old_worker(client: Redis, script: str, job_id: str, *, running_radius: str = "0.5") -> Any:
    """Do what a worker of version 1 does with one script: return the answer."""
    text = json.loads(SCRIPTS.read_text())[script]
    job, about = keys.job(job_id), [job_id, "1795500000"]
    part = f"{job}:progress"
    shards, evidence, running = f"{job}:shards", f"{job}:evidence", f"{job}:running"
    arguments: dict[str, tuple[list[str], list[str | int]]] = {
        "START": ([job, keys.ACTIVE, keys.QUEUED], [*about]),
        "FINISH": (
            [job, part, keys.ACTIVE, keys.QUEUED, keys.TOTALS, running, shards, evidence],
            [*about, "failed", 1000, "failed", "failure", "{}"],
        ),
        "FIX_PLAN": ([job, keys.ACTIVE], [*about, "{}"]),
        "DISPATCH": ([job, shards, keys.ACTIVE], [*about, 100, 50, 100, 2**20]),
        "STORE_SHARD": ([job, shards, part, keys.ACTIVE, keys.TOTALS], [*about, 9, "{}", 100, "0.5"]),
        "MERGE": (
            [job, shards, evidence, running],
            [_merged(client, job), 9, "{}", 1, running_radius, 100, DOCUMENT],
        ),
        "REPORT": ([job, part, keys.ACTIVE], [*about, 9, 100]),
        "ACQUIRE": (
            [f"{job}:lease:sample:9", f"{job}:attempts", keys.CONSUMED, job],
            ["old/1", 1000, "sample:9", "", ""],
        ),
    }
    names, values = arguments[script]
    return client.eval(text, len(names), *names, *map(str, values))


def _merged(client: Redis, job: str) -> str:
    return cast("bytes", client.hget(job, "merged")).decode()


def everything(client: Redis) -> dict[bytes, Any]:
    """Return all that is on the server, in its own form."""
    return {key: client.dump(key) for key in client.scan_iter()}


@pytest.mark.parametrize(
    ("script", "name", "done", "refused"),
    [
        ("START", "queued", b"running", None),
        ("FINISH", "running tight", 1, -1),
        ("FIX_PLAN", "queued", b"{}", None),
        ("DISPATCH", "running tight", list(range(6, 54)), []),
        ("STORE_SHARD", "running tight", 1, -1),
        ("MERGE", "running tight", 1, 0),
        ("REPORT", "running tight", b"running", None),
        ("ACQUIRE", "running tight", [1, b""], [-1, b""]),
    ],
)
@pytest.mark.parametrize("running", [False, True])
def test_nothing_that_an_old_worker_sends_reaches_a_job_that_began_again(
    redis_client: Redis, store: JobStore, script: str, name: str, done: object, refused: object, running: bool
) -> None:
    """The same bytes that change a job of version 1 are refused, as for a job that has ended or expired."""
    job_id = restore(redis_client).ids[name]
    if script == "FIX_PLAN":
        old_worker(redis_client, "START", job_id)
    assert old_worker(redis_client, script, job_id) == done
    redis_client.flushall()
    restore(redis_client)
    assert store.begin_again(store.get(job_id))
    if running:
        store.start(job_id)
        Ledger(redis_client).fix_plan(job_id, plan_of(shards=20))
    before = everything(redis_client)
    assert old_worker(redis_client, script, job_id) == refused
    assert everything(redis_client) == before


def test_a_job_that_shows_a_radius_meanwhile_does_not_begin_again_as_one_that_had_not(
    redis_client: Redis, store: JobStore, stored: Stored
) -> None:
    """Else its eta would be spent by what it showed, and whole for what comes."""
    job_id = stored.ids["running unmerged"]
    seen = store.get(job_id)
    assert seen.running is None
    assert old_worker(redis_client, "MERGE", job_id, running_radius="0.125") == 1
    before = everything(redis_client)
    assert not store.begin_again(seen)
    assert everything(redis_client) == before
    seen = store.get(job_id)
    assert old_worker(redis_client, "MERGE", job_id, running_radius="0.25") == 1
    assert not store.begin_again(seen)
    assert store.begin_again(store.get(job_id))
    job = store.get(job_id)
    assert job.running is None
    assert job.spec.eta < JobSpec.model_validate_json(stored.fields["running unmerged"]["spec"]).eta


def test_messages_of_the_former_plan_are_dropped_and_the_job_ends_undisturbed(
    server: Server, redis_client: Redis, store: JobStore, queue: Queue, repository: Path, tmp_path: Path
) -> None:
    """One process takes them in order: the first begins the job again, others find no plan or another one."""
    job_id = restore(redis_client).ids["running paper"]
    for shard in range(4):
        queue.enqueue_sample(job_id, shard)
    queue.enqueue_certify(job_id)
    queue.enqueue_select(job_id)
    for shard in (1, 700, 10**6, -1):
        queue.enqueue_sample(job_id, shard)
    queue.enqueue_certify(job_id)
    settings = {"processes": 1, "shard_s": 0.3, "stall_s": 1e3}
    worker = Worker(server.url, repository / "models", tmp_path / "log", **settings)
    worker.start()
    try:
        wait_until(lambda: store.get(job_id).state.is_final, "its end", 60)
    finally:
        worker.kill()
    job = store.get(job_id)
    assert job.stored_version == RECORD_VERSION
    assert job.plan is not None
    assert 1 < job.plan.shards < 700
    assert_undisturbed(repository / "models", job, b"\x9a\x99\x99>\xcd\xccL>")
    log = worker.log_text()
    assert log.count(f"{LEFT_OVER}: no class is selected yet") == 4
    assert log.count(f"{LEFT_OVER}: there is no shard") == 3


def test_a_step_that_its_job_has_not_is_no_attempt_and_takes_no_lease(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    before = stack.client.hgetall(keys.job(job_id))
    for step in ("sample:0", "certify"):
        stack.client.set(keys.lease(job_id, step), "another/1", px=60_000)  # who wants it, is told so
    stack.queue.enqueue_sample(job_id, 0)
    stack.queue.enqueue_certify(job_id)

    def dropped() -> int:
        lines = stack.worker.log_text().splitlines()
        return sum(job_id in line and LEFT_OVER in line for line in lines)

    wait_until(lambda: dropped() == 2, "both to be dropped")
    assert stack.client.hgetall(keys.job(job_id)) == before
    assert not stack.client.exists(keys.attempts(job_id))
    stack.queue.enqueue_select(job_id)
    job = stack.finished(job_id)
    assert job.state is JobState.SUCCEEDED
    assert_undisturbed(models_dir, job, made.input_bytes)
