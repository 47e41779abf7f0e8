"""The job store: atomic states, one certificate, one job an idempotency key, pages, expiry."""

from __future__ import annotations

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from jobs import keys
from jobs.celery_app import SELECT, make_celery
from jobs.connection import connect
from jobs.job_errors import InvalidCursor, JobConflict, JobEnded, JobNotFound, StoreUnavailable
from jobs.job_records import Failure, JobState
from jobs.shared_settings import JobsSettings
from jobs.step_messages import StepMessages
from jobs.store import Idempotency, JobStore
from tests.support.begun import begin
from tests.support.queued import queued
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.wait import wait_until


def new_job(store: JobStore) -> str:
    made = submission()
    return store.create(made.spec, made.input_bytes).job_id


def test_a_created_job_reads_back_as_queued(redis_client: Redis, store: JobStore) -> None:
    made = submission()
    before = time.time()
    created = store.create(made.spec, made.input_bytes)
    job = store.get(created.job_id)
    assert job.id == created.job_id
    assert job.spec == made.spec
    assert job.state is JobState.QUEUED
    assert before - 0.001 <= job.created_at <= time.time()
    assert (job.progress.samples_done, job.progress.samples_total) == (0, made.spec.n)
    assert created.job == job
    assert redis_client.get(keys.job_input(created.job_id)) == made.input_bytes


def test_unknown_jobs_are_named(store: JobStore) -> None:
    absent = secrets.token_urlsafe(16)
    for call in (store.get, store.cancel):
        with pytest.raises(JobNotFound, match=absent):
            call(absent)


def test_a_job_runs_and_succeeds_once(store: JobStore) -> None:
    job_id = new_job(store)
    begin(store, job_id)
    started_at = store.get(job_id).started_at
    begin(store, job_id)
    assert store.get(job_id).state is JobState.RUNNING
    assert store.succeed(job_id, {"radius": 0.25})
    assert not store.succeed(job_id, {"radius": 0.5})
    assert not store.fail(job_id, Failure(type="late", detail="too late"))
    job = store.cancel(job_id)
    assert job.state is JobState.SUCCEEDED
    assert job.certificate == {"radius": 0.25}
    assert job.failure is None
    assert job.started_at == started_at
    assert job.finished_at is not None


@pytest.mark.parametrize("running", [False, True])
def test_cancelling_ends_a_job_for_good(store: JobStore, running: bool) -> None:
    job_id = new_job(store)
    if running:
        begin(store, job_id)
    assert store.cancel(job_id).state is JobState.CANCELLED
    with pytest.raises(JobEnded):
        begin(store, job_id)
    assert not store.succeed(job_id, {"radius": 0.25})
    assert store.get(job_id).certificate is None


def test_only_one_of_many_rivals_ends_a_job(store: JobStore) -> None:
    job_id = new_job(store)
    begin(store, job_id)
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda k: store.succeed(job_id, {"rival": k}), range(16)))
    assert won.count(True) == 1
    assert store.get(job_id).certificate == {"rival": won.index(True)}


def test_the_input_goes_when_the_job_ends(redis_client: Redis, store: JobStore) -> None:
    job_id = new_job(store)
    store.cancel(job_id)
    assert not redis_client.exists(keys.job_input(job_id))


def test_a_failure_says_why(store: JobStore) -> None:
    job_id = new_job(store)
    failure = Failure(type="model_broken", detail="no weights")
    assert store.fail(job_id, failure)
    assert store.get(job_id).failure == failure


def test_same_key_and_request_give_the_same_job(store: JobStore) -> None:
    made = submission()
    key = Idempotency("order-1", "fingerprint-1")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: store.create(made.spec, made.input_bytes, key), range(16)))
    assert len({answer.job_id for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert len(store.list_jobs(100).jobs) == 1


def test_same_key_and_another_request_conflict(store: JobStore) -> None:
    made = submission()
    store.create(made.spec, made.input_bytes, Idempotency("order-1", "fingerprint-1"))
    with pytest.raises(JobConflict):
        store.create(made.spec, made.input_bytes, Idempotency("order-1", "fingerprint-2"))
    assert len(store.list_jobs(100).jobs) == 1


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_hold_every_job_once_newest_first(store: JobStore, limit: int) -> None:
    made = [new_job(store) for _ in range(10)]
    listed: list[str] = []
    cursor = None
    while True:
        page = store.list_jobs(limit, cursor)
        assert len(page.jobs) <= limit
        listed += [job.id for job in page.jobs]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert listed == made[::-1]


def test_jobs_made_while_listing_do_not_disturb_it(store: JobStore) -> None:
    made = [new_job(store) for _ in range(4)]
    first = store.list_jobs(2)
    new_job(store)
    second = store.list_jobs(2, first.next_cursor)
    assert [job.id for job in (*first.jobs, *second.jobs)] == made[::-1]


@pytest.mark.parametrize("cursor", ["", "%%%", "bmFu", "aW5m", "é", "AAAA" * 50])
def test_a_foreign_cursor_is_refused(store: JobStore, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        store.list_jobs(5, cursor)


def test_ended_jobs_expire_with_everything_they_held(
    redis_client: Redis, jobs_settings: JobsSettings
) -> None:
    store = JobStore(redis_client, jobs_settings.model_copy(update={"result_ttl_s": 0.2}))
    made = submission()
    kept = new_job(store)
    gone = store.create(made.spec, made.input_bytes, Idempotency("order-1", "f")).job_id
    store.cancel(gone)
    wait_until(lambda: not redis_client.exists(keys.job(gone)), "the ended job to expire")
    assert [job.id for job in store.list_jobs(10).jobs] == [kept]
    assert redis_client.zrange(keys.INDEX, 0, -1) == [kept.encode()]
    wait_until(lambda: not list(redis_client.scan_iter(f"*{gone}*")), "its keys to go")
    assert not store.create(made.spec, made.input_bytes, Idempotency("order-1", "other")).replayed


def test_a_job_that_has_not_ended_never_expires(redis_client: Redis, store: JobStore) -> None:
    job_id = new_job(store)
    begin(store, job_id)
    assert redis_client.ttl(keys.job(job_id)) == -1
    assert redis_client.ttl(keys.job_input(job_id)) == -1


def test_certificates_are_plain_json(redis_client: Redis, store: JobStore) -> None:
    job_id = new_job(store)
    with pytest.raises(ValueError, match="JSON"):
        store.succeed(job_id, {"radius": float("nan")})
    store.succeed(job_id, {"seed": str(2**64), "p_a": None})
    stored = redis_client.hget(keys.job(job_id), "certificate")
    assert isinstance(stored, bytes)
    assert json.loads(stored) == {"seed": str(2**64), "p_a": None}


@pytest.mark.own_server
def test_what_was_created_survives_a_killed_server(server: Server, store: JobStore) -> None:
    made = [new_job(store) for _ in range(20)]
    server.kill()
    server.start()
    assert [job.id for job in store.list_jobs(50).jobs] == made[::-1]


@pytest.mark.own_server
def test_an_absent_server_is_said_so(server: Server, jobs_settings: JobsSettings) -> None:
    client = connect(jobs_settings)
    store = JobStore(client, jobs_settings)
    server.stop()
    with pytest.raises(StoreUnavailable):
        store.get("A" * 22)
    with pytest.raises(StoreUnavailable):
        new_job(store)
    client.close()


def test_passwords_stay_out_of_logs() -> None:
    settings = JobsSettings(redis_url="redis://user:hunter2@cache:6379/3")
    assert settings.server.redacted == "redis://cache:6379/3"


def test_the_servers_url_may_come_from_either_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://plain:1/0")
    assert JobsSettings().redis_url == "redis://plain:1/0"
    monkeypatch.setenv("CERTIFY_REDIS_URL", "redis://prefixed:1/0")
    assert JobsSettings().redis_url == "redis://prefixed:1/0"


def test_a_job_is_on_the_queue_as_soon_as_it_is_stored(
    redis_client: Redis, jobs_settings: JobsSettings, store: JobStore
) -> None:
    made, message = submission(), StepMessages(make_celery(jobs_settings))
    with ThreadPoolExecutor(4) as pool:
        created = list(
            pool.map(lambda _: store.create(made.spec, made.input_bytes, message=message), range(8))
        )
    assert sorted(queued(redis_client)) == sorted((SELECT, [job.job_id]) for job in created)


def test_a_submission_repeated_since_its_answer_was_lost_leaves_what_came_of_it(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = new_job(store)
    begin(store, job_id)
    before = store.get(job_id)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: job_id)
    assert new_job(store) == job_id
    assert store.get(job_id) == before
