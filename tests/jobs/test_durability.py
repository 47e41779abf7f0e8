"""Each property of a server that a promise depends on is read from it, and named where it is missing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from redis import Redis

from jobs.connection import connect
from jobs.durability import Durability, Verdict, examine
from jobs.job_errors import StoreNotDurable, StoreUnavailable
from jobs.recent import FRESH_S
from jobs.shared_settings import JobsSettings
from tests.support.server import Server, free_port, running_server
from tests.support.wait import wait_until

pytestmark = pytest.mark.own_server


def test_a_server_as_it_should_be(redis_client: Redis) -> None:
    verdict = examine(redis_client, "always")
    assert (verdict.aof, verdict.fsync, verdict.faults, verdict.unchecked) == (True, "always", (), ())
    assert redis_client.dbsize() == 0  # nothing was written


@pytest.mark.parametrize(
    ("option", "value", "fault", "mended_by"),
    [
        ("appendonly", "no", "append-only file is off", "CONFIG SET appendonly yes"),
        ("appendfsync", "everysec", "lose up to a second", "CONFIG SET appendfsync always"),
        ("appendfsync", "no", "not on the server's disk", "CONFIG SET appendfsync always"),
        ("maxmemory-policy", "allkeys-lru", "may delete jobs", "CONFIG SET maxmemory-policy noeviction"),
        ("maxmemory-policy", "volatile-ttl", "may delete jobs", "CONFIG SET maxmemory-policy noeviction"),
        ("maxmemory", "1", "refuses to write: its memory is full", ""),
        ("min-replicas-to-write", "1", "refuses to write: it lacks the replicas", ""),
    ],
)
def test_what_fails_is_named_with_the_command_that_mends_it(
    redis_client: Redis, option: str, value: str, fault: str, mended_by: str
) -> None:
    redis_client.config_set(option, value)
    (told,) = examine(redis_client, "always").faults
    assert fault in told
    assert mended_by in told
    if mended_by:
        redis_client.config_set(*mended_by.split()[2:])
        assert examine(redis_client, "always").faults == ()
        # A server that begins its file ends only when that is done.
        persistence = partial(redis_client.info, "persistence")
        wait_until(lambda: not persistence()["aof_rewrite_in_progress"], "the file to be written anew")


def test_a_replica(redis_client: Redis) -> None:
    redis_client.replicaof("127.0.0.1", free_port())
    (told,) = examine(redis_client, "always").faults
    assert "is a replica" in told
    assert "REPLICAOF NO ONE" in told


def test_cluster_mode(tmp_path: Path) -> None:
    bus = str(free_port())  # by default 10,000 above the server's own, which may be no port
    with (
        running_server(tmp_path, "--cluster-enabled", "yes", "--cluster-port", bus) as server,
        connect(JobsSettings(redis_url=server.url)) as client,
    ):
        assert "is in cluster mode" in examine(client, "always").faults[0]


@pytest.mark.parametrize(("version", "accepted"), [("6.2.14", False), ("7.0.15", True), ("10.1.0", True)])
def test_old_versions(redis_client: Redis, version: str, accepted: bool) -> None:
    """No old server is at hand: its version is put into what the client reads."""
    read = redis_client.response_callbacks["INFO"]

    def renamed(answer: Any, **options: Any) -> Any:
        return read(answer, **options) | {"redis_version": version}

    redis_client.response_callbacks["INFO"] = renamed
    assert [version in fault for fault in examine(redis_client, "always").faults] == [True] * (not accepted)


def test_less_is_asked_where_the_operator_says_so(redis_client: Redis) -> None:
    redis_client.config_set("appendfsync", "everysec")
    assert examine(redis_client, "everysec").faults == ()
    redis_client.config_set("appendfsync", "no")
    assert "appendfsync no" in examine(redis_client, "everysec").faults[0]
    redis_client.config_set("appendonly", "no")
    assert "appendonly yes" in examine(redis_client, "everysec").faults[0]
    assert examine(redis_client, "none").faults == ()


def test_a_server_that_forbids_config_is_read_as_far_as_it_lets_itself(
    server: Server, redis_client: Redis
) -> None:
    """Managed servers forbid CONFIG."""
    redis_client.acl_setuser(
        "tenant",
        enabled=True,
        passwords=["+pw"],
        keys=["certify:*"],
        categories=["+@all"],
        commands=["-config"],
    )
    with connect(JobsSettings(redis_url=f"redis://tenant:pw@127.0.0.1:{server.port}/0")) as tenant:
        verdict = examine(tenant, "always")
        assert verdict.fsync is None
        assert "appendfsync" in verdict.unchecked[0]
        assert "CERTIFY_DURABILITY=everysec" in verdict.faults[0]
        assert examine(tenant, "everysec").faults == ()
        redis_client.config_set("maxmemory-policy", "allkeys-lfu")
        redis_client.config_set("appendonly", "no")
        assert len(examine(tenant, "everysec").faults) == 2


def test_a_change_is_noticed_and_asked_for_but_once_a_second(
    redis_client: Redis, jobs_settings: JobsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def noted(client: Redis, durability: str) -> Verdict:
        looks.append(time.monotonic())
        return examine(client, durability)

    monkeypatch.setattr("jobs.durability.examine", noted)
    durability = Durability(redis_client, jobs_settings)
    for _ in range(100):
        durability.require()
    assert all(later - earlier > FRESH_S for earlier, later in pairwise(looks))
    redis_client.config_set("maxmemory-policy", "allkeys-lru")

    def refused() -> bool:
        try:
            durability.require()
        except StoreNotDurable as error:
            return "noeviction" in str(error)
        return False

    wait_until(refused, "the change to be noticed")


def test_a_server_that_was_mended_is_used_at_once(redis_client: Redis, jobs_settings: JobsSettings) -> None:
    durability = Durability(redis_client, jobs_settings)
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(StoreNotDurable):
        durability.require()
    redis_client.config_set("maxmemory-policy", "noeviction")
    durability.require()


def test_a_server_that_hangs_is_waited_for_by_all_who_ask_together(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[str] = []

    def noted(client: Redis, durability: str) -> Verdict:
        waits.append(durability)
        return examine(client, durability)

    settings = JobsSettings(redis_url=server.url, store_timeout_s=1.0)
    with connect(settings) as client, ThreadPoolExecutor(20) as pool:
        durability, together = Durability(client, settings), Barrier(20)

        def ask() -> Verdict:
            together.wait()
            return durability.verdict()

        server.pause()
        monkeypatch.setattr("jobs.durability.examine", noted)
        errors = [asked.exception() for asked in [pool.submit(ask) for _ in range(20)]]
        assert all(isinstance(error, StoreUnavailable) for error in errors)
        assert len(waits) < 10, "half of them may have begun to ask after the first wait"


def test_a_server_that_is_away_is_told_from_one_that_is_not_durable(
    server: Server, jobs_settings: JobsSettings, redis_client: Redis
) -> None:
    server.stop()
    with pytest.raises(StoreUnavailable, match="nothing listens there"):
        Durability(redis_client, jobs_settings).require()
