"""With CERTIFY_REPLICAS a job is accepted only once that many replicas have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from jobs import keys
from jobs.connection import connect
from jobs.job_errors import StoreUnavailable
from jobs.shared_settings import JobsSettings
from jobs.store import Idempotency, JobStore
from tests.support.replicas import Pair, running_pair
from tests.support.specs import submission
from tests.support.wait import wait_until


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with running_pair(tmp_path) as running:
        yield running


def settings(pair: Pair, replicas: int, **more: float) -> JobsSettings:
    return JobsSettings.model_validate({"redis_url": pair.first.url, "replicas": replicas, **more})


def assert_refused(create: Callable[[], object], words: str) -> None:
    """Check that nothing is accepted, and that these words say why once the primary answers in time."""

    def said() -> bool:
        with pytest.raises(StoreUnavailable) as refused:
            create()
        return words in str(refused.value)

    wait_until(said, f"a refusal that says {words}")


def test_what_was_accepted_is_on_the_replica_at_once(pair: Pair) -> None:
    chosen, made = settings(pair, 1), submission()
    with connect(chosen) as client, Redis(port=pair.second.port) as replica:
        for _ in range(20):
            job_id = JobStore(client, chosen).create(made.spec, made.input_bytes).job_id
            assert replica.exists(keys.job(job_id))


def test_a_job_that_no_replica_has_is_not_accepted(pair: Pair) -> None:
    """The same request is accepted once the replica is back, and is the same job."""
    chosen, made, key = settings(pair, 1, store_timeout_s=1.0), submission(), Idempotency("key", "same")
    with connect(chosen) as client:
        store = JobStore(client, chosen)
        pair.second.pause()
        for _ in range(2):  # also when it is stored already
            assert_refused(
                partial(store.create, made.spec, made.input_bytes, key), "CERTIFY_REPLICAS wants 1"
            )
        pair.second.resume()
        patient = settings(pair, 1, store_timeout_s=60.0)
        assert JobStore(client, patient).create(made.spec, made.input_bytes, key).replayed
        assert client.zcard(keys.INDEX) == 1


def test_more_replicas_than_there_are(pair: Pair) -> None:
    chosen, made = settings(pair, 2, store_timeout_s=1.0), submission()
    with connect(chosen) as client:
        create = partial(JobStore(client, chosen).create, made.spec, made.input_bytes)
        assert_refused(create, "1 replicas have the job")
