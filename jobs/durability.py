"""Check the properties of the server that the promise "no accepted job is lost" depends on.

One round trip reads them all. The probe for writing writes nothing; a server that cannot write refuses it
nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from redis import Redis
from redis.exceptions import ReadOnlyError, RedisError

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import StoreNotDurable
from jobs.recent import Recent
from jobs.server_faults import cause
from jobs.shared_settings import JobsSettings

OLDEST: Final = (7, 0)
"""Oldest version of Redis whose commands and append-only file the service relies on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The server's properties, and what is wrong with them.

    ``fsync`` is its ``appendfsync``; None if the server does not let it be read. ``faults`` are reasons to
    accept no jobs, each with the command that corrects it; ``unchecked`` names what could not be checked.
    """

    aof: bool
    fsync: str | None
    faults: tuple[str, ...]
    unchecked: tuple[str, ...]


def examine(client: Redis, durability: str) -> Verdict:
    """Read the server's properties and compare them with ``durability``. Raises StoreUnavailable."""
    with store_errors(), client.pipeline(transaction=False) as pipe:
        pipe.info()
        pipe.config_get("appendfsync")
        pipe.setrange(keys.PROBE, 0, "")
        info, config, written = pipe.execute(raise_on_error=False)
        if isinstance(info, RedisError):
            raise info
    if isinstance(written, ReadOnlyError):
        # It may have been the primary: idle connections are closed, so that the next look finds the new one.
        client.connection_pool.disconnect(inuse_connections=False)
    fsync = None if isinstance(config, RedisError) else config.get("appendfsync")
    faults = [*_nature(info), *_memory(info), *_file(info, fsync, durability), *_writing(info, written)]
    unchecked = [] if fsync else ["appendfsync: this server does not let its configuration be read"]
    return Verdict(bool(info.get("aof_enabled")), fsync, tuple(faults), tuple(unchecked))


def _nature(info: Mapping[str, Any]) -> list[str]:
    """List faults that no setting of the running server corrects."""
    faults = []
    version = str(info.get("redis_version", "0"))
    if _numbers(version) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        faults.append(f"the server is of version {version}: use Redis {oldest} or newer, or Valkey")
    if info.get("cluster_enabled"):
        faults.append("the server is in cluster mode: use one that runs with `cluster-enabled no`")
    if info.get("role") != "master":
        faults.append(
            "the server is a replica: name its primary in CERTIFY_REDIS_URL, or make it one by "
            "`REPLICAOF NO ONE`"
        )
    return faults


def _memory(info: Mapping[str, Any]) -> list[str]:
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        return []
    what = f"the server may delete jobs when its memory is full (maxmemory-policy {policy})"
    return [f"{what}: {_set('maxmemory-policy noeviction')}"]


def _file(info: Mapping[str, Any], fsync: str | None, durability: str) -> list[str]:
    """List what is wrong with the append-only file for the requested durability."""
    if durability == "none":
        return []
    if not info.get("aof_enabled"):
        return [f"the server's append-only file is off: {_set('appendonly yes')}"]
    if info.get("aof_last_write_status", "ok") != "ok":
        return ["the server cannot write its append-only file: look at its disk and its log"]
    if fsync == "always" or (durability == "everysec" and fsync in ("everysec", None)):
        return []
    settle = "or accept to lose up to a second of jobs in a power cut by CERTIFY_DURABILITY=everysec"
    if fsync is None:
        return [f"the server does not tell its appendfsync: let its user do `CONFIG GET`, {settle}"]
    what = f"an accepted job is not on the server's disk at once (appendfsync {fsync})"
    return [f"{what}: {_set('appendfsync always')}" + (f", {settle}" if fsync == "everysec" else "")]


def _set(option: str) -> str:
    return f"`CONFIG SET {option}`, and the same in its configuration"


def _writing(info: Mapping[str, Any], written: object) -> list[str]:
    if not isinstance(written, RedisError):
        return []
    if isinstance(written, ReadOnlyError) and info.get("role") != "master":
        return []  # named already
    return [f"the server refuses to write: {cause(written)}"]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


class Durability:
    """The verdict on one server, for threads that ask often: a good verdict is reused for a second."""

    def __init__(self, client: Redis, settings: JobsSettings) -> None:
        self._recent = Recent(lambda: examine(client, settings.durability), lambda found: not found.faults)

    def verdict(self) -> Verdict:
        """Return the verdict. Raises StoreUnavailable."""
        return self._recent.get()

    def require(self) -> None:
        """Raise StoreNotDurable if a job that is accepted now could be lost. Also raises StoreUnavailable."""
        if faults := self.verdict().faults:
            raise StoreNotDurable("; ".join(faults))
