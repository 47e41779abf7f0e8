"""Jobs of an earlier release: ended ones stay readable as they were, unfinished ones begin again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from redis import Redis

from client.verification import verify
from jobs import keys
from jobs.errors import UnsupportedRecord
from jobs.liveness import Liveness, WorkerRecord
from jobs.spec import RECORD_VERSION, JobState
from jobs.store import JobStore
from jobs.upgrades import upgraded
from tests.service.gateway import Gateway, running_gateway
from tests.support.reference import assert_undisturbed, half_space
from tests.support.server import Server
from tests.support.stack import Stack, running_stack
from tests.support.stored import Stored, restore
from tests.support.wait import wait_until

SUCCEEDED = ("succeeded dipole", "succeeded second order", "succeeded stop", "succeeded paper")
LONG = ("running tight", "running second order")


@pytest.fixture
def stored(redis_client: Redis) -> Stored:
    """The jobs of version 1 on an empty server."""
    return restore(redis_client)


@pytest.fixture
def gateway(server: Server, repository: Path, tmp_path: Path, stored: Stored) -> Iterator[Gateway]:
    del stored
    with running_gateway(tmp_path, server.url, repository / "models") as running:
        yield running


@pytest.fixture(scope="module")
def models(repository: Path) -> Path:
    return repository / "models"


@pytest.fixture(scope="module")
def upgraded_stack(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[tuple[Stack, Stored]]:
    """A worker of this release at work on what the earlier one left."""
    folder = tmp_path_factory.mktemp("upgraded")
    with running_stack(folder, models, processes=2, stall_s=1.0, shard_s=0.3) as stack:
        yield stack, restore(stack.client)


@pytest.mark.parametrize("name", SUCCEEDED)
def test_a_certificate_of_version_1_is_answered_unchanged(
    gateway: Gateway, stored: Stored, name: str
) -> None:
    answer = httpx.get(f"{gateway.url}/v1/certifications/{stored.ids[name]}").json()
    assert answer["status"] == "succeeded"
    was = json.loads(stored.fields[name]["certificate"])
    now = answer["certificate"]
    added = {"radius_unit", "input"}  # by the gateway, from the request
    changed = {field for field in was.keys() - added - {"model"} if now[field] != was[field]}
    assert changed == set()
    assert {field: now["model"][field] for field in was["model"]} == was["model"]
    assert now["model"]["noise_generator"] is None
    assert verify(answer).holds


def test_the_other_ends_of_version_1_are_answered(gateway: Gateway, stored: Stored) -> None:
    def read(name: str) -> dict[str, object]:
        answer: dict[str, object] = httpx.get(f"{gateway.url}/v1/certifications/{stored.ids[name]}").json()
        return answer

    failed, cancelled = read("failed"), read("cancelled")
    assert failed["failure"] == json.loads(stored.fields["failed"]["failure"])
    assert cancelled["status"] == "cancelled"
    assert isinstance(cancelled["certificate"], dict)
    assert (
        cancelled["certificate"]["radius"] == json.loads(stored.fields["cancelled"]["certificate"])["radius"]
    )


def test_all_jobs_of_version_1_are_listed_and_reading_changes_nothing(
    gateway: Gateway, stored: Stored, redis_client: Redis
) -> None:
    listed = httpx.get(f"{gateway.url}/v1/certifications", params={"limit": 100}).json()["jobs"]
    assert {job["id"] for job in listed} == set(stored.ids.values())
    for name, job_id in stored.ids.items():
        found = cast("dict[bytes, bytes]", redis_client.hgetall(keys.job(job_id)))
        assert {field.decode(): value.decode() for field, value in found.items()} == stored.fields[name]


def test_a_queued_job_of_version_1_gets_its_certificate(
    upgraded_stack: tuple[Stack, Stored], models: Path
) -> None:
    stack, left = upgraded_stack
    job = stack.finished(left.ids["queued"])
    assert job.stored_version == RECORD_VERSION
    assert_undisturbed(models, job, b"\x9a\x99\x99>\xcd\xccL>")


@pytest.mark.parametrize("name", ["running unmerged", "running paper"])
def test_a_job_that_had_shown_nothing_begins_again_as_it_was(
    upgraded_stack: tuple[Stack, Stored], models: Path, name: str
) -> None:
    """Its samples of the earlier release are dropped, also those that were merged."""
    stack, left = upgraded_stack
    job = stack.finished(left.ids[name])
    assert job.spec.model_dump(mode="json") == json.loads(left.fields[name]["spec"])
    assert_undisturbed(models, job, b"\x9a\x99\x99>\xcd\xccL>")


@pytest.mark.parametrize("name", LONG)
def test_a_job_that_had_shown_a_radius_begins_again_with_the_eta_that_is_left(
    upgraded_stack: tuple[Stack, Stored], name: str
) -> None:
    stack, left = upgraded_stack
    job_id = left.ids[name]
    assert "running_radius" in left.fields[name]
    wait_until(lambda: stack.store.get(job_id).plan is not None, "a plan of this release")
    before = json.loads(left.fields[name]["spec"])
    job = stack.store.get(job_id)
    assert job.plan is not None
    assert job.plan.runtime.noise
    assert job.spec.eta == math.nextafter(before["eta"] - 0.01 * before["eta"], 0.0)
    assert {**job.spec.model_dump(mode="json"), "eta": before["eta"]} == before
    stack.store.cancel(job_id)


def test_a_job_that_looked_for_a_radius_to_stop_at_fails_and_says_why(
    upgraded_stack: tuple[Stack, Stored],
) -> None:
    stack, left = upgraded_stack
    job = stack.finished(left.ids["running stop"])
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.type == "begun_by_older_release"
    assert "Submit the request again" in job.failure.detail
    assert left.fields["running stop"]["running_radius"] in job.failure.detail


def test_beside_a_worker_of_the_earlier_release_its_jobs_are_left_to_it(
    stack: Stack, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    del stack
    folder = tmp_path_factory.mktemp("beside")
    with running_stack(folder, models, processes=1, stall_s=1.0, heartbeat_ttl_s=2.0) as mixed:
        liveness = Liveness(mixed.client, mixed.settings.model_copy(update={"heartbeat_ttl_s": 600.0}))
        older = WorkerRecord(
            id="old", host="h", pid=1, processes=1, device="cpu", started_at=1.0, seen_at=1.0
        )
        liveness.beat(older)
        mixed.client.hdel(keys.WORKER_VERSIONS, "old")  # workers of version 1 do not know this key
        left = restore(mixed.client)
        job_id = left.ids["queued"]
        mixed.queue.enqueue_select(job_id)
        wait_until(lambda: "left to workers of an earlier release" in mixed.worker.log_text(), "its word")
        assert mixed.client.hget(keys.job(job_id), "version") == b"1"
        liveness.leave("old")
        assert mixed.finished(job_id).state is JobState.SUCCEEDED


def test_a_job_is_not_taken_from_a_process_that_is_at_work_on_it(
    redis_client: Redis, store: JobStore, stored: Stored
) -> None:
    held = [i for i in stored.ids.values() if redis_client.exists(keys.attempts(i))]  # when it was killed
    job = store.get(held[0])
    attempts = cast("dict[bytes, bytes]", redis_client.hgetall(keys.attempts(job.id)))
    lease = keys.lease(job.id, next(iter(attempts)).decode())
    redis_client.set(lease, "old/1")
    assert not store.begin_again(job)
    assert redis_client.hget(keys.job(job.id), "version") == b"1"
    redis_client.delete(lease)
    assert store.begin_again(job)
    assert not store.begin_again(job)
    assert list(redis_client.scan_iter(f"{keys.job(job.id)}:*")) == [keys.job_input(job.id).encode()]
    assert redis_client.zscore(keys.QUEUED, job.id) == store.get(job.id).created_at


def test_a_job_of_version_1_that_is_cancelled_keeps_what_it_had_shown(
    redis_client: Redis, store: JobStore, stored: Stored
) -> None:
    shown = stored.ids["running tight"]
    content = cast("bytes", redis_client.get(keys.running(shown)))
    for name in ("running tight", "queued"):
        assert store.cancel(stored.ids[name]).state is JobState.CANCELLED
        assert list(redis_client.scan_iter(f"{keys.job(stored.ids[name])}:*")) == []
        assert redis_client.zscore(keys.ACTIVE, stored.ids[name]) is None
    assert store.get(shown).certificate == json.loads(content)


def test_a_record_of_a_later_release_is_refused_and_left_as_it_is(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    stack.client.hset(keys.job(job_id), "version", str(RECORD_VERSION + 1))
    before = stack.client.hgetall(keys.job(job_id))
    stack.queue.enqueue_select(job_id)
    stack.queue.enqueue_sample(job_id, 0)
    stack.queue.enqueue_certify(job_id)
    refusal = f"job {job_id} is stored in version {RECORD_VERSION + 1}"
    wait_until(lambda: stack.worker.log_text().count(refusal) >= 3, "all three refusals")
    assert stack.client.hgetall(keys.job(job_id)) == before
    assert not stack.client.exists(keys.attempts(job_id))
    stack.client.hset(keys.job(job_id), "version", str(RECORD_VERSION))
    stack.queue.enqueue_select(job_id)
    assert_undisturbed(models_dir, stack.finished(job_id), made.input_bytes)


@pytest.mark.parametrize("version", ["0", str(RECORD_VERSION + 1), "", "1.0", "-1", "one"])
def test_versions_that_nothing_leads_from_are_refused(version: str) -> None:
    with pytest.raises(UnsupportedRecord, match="stored in version"):
        upgraded("job", {"version": version})


def test_an_upgrade_leaves_its_argument_alone_and_ends_at_this_version(stored: Stored) -> None:
    for fields in stored.fields.values():
        before = dict(fields)
        after = upgraded("job", fields)
        assert fields == before
        assert after["version"] == str(RECORD_VERSION)
        assert upgraded("job", after) == after
