"""Which workers are alive, of which fleets, and which models they cannot load, as their heartbeats say."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

from pydantic import ConfigDict, Field, ValidationError
from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.plain_text import plain_text
from jobs.plan import Fleet, read_fleet
from jobs.recent import Recent
from jobs.record_base import Record
from jobs.scripts import load_script
from jobs.shared_settings import JobsSettings

SILENT_S: Final = 60.0
"""A worker that fell silent may come back for this long, unless it left in order. A choice: within it, a
loaded machine sends heartbeats that are late, and a server that was started again hears of its workers."""

log = logging.getLogger(__name__)


class WorkerRecord(Record):
    """A live worker: one main process with ``processes`` children. Times are seconds since the epoch.

    ``fleet`` holds the properties that workers must share to work on one job. A worker that ``begins_jobs``
    also takes new ones. ``models`` maps the models that it can use to the first digits of their weights' hash
    (`weights_of`). ``problems`` maps the models that this worker cannot use to reasons. ``broken`` maps
    the fingerprints of manifests whose model it could not load to reasons; it is stored separately. Fields
    that a newer release added are ignored.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    host: str
    pid: int
    processes: int
    fleet: Fleet
    begins_jobs: bool = True
    started_at: float
    seen_at: float
    models: dict[str, str] = Field(default_factory=dict)
    problems: dict[str, str] = Field(default_factory=dict)
    broken: dict[str, str] = Field(default_factory=dict, exclude=True)


def weights_of(sha256: str) -> str:
    """Return the part of a hash that heartbeats hold; 64 bits tell the weights of one model apart."""
    return sha256[:16]


class Known(NamedTuple):
    """The workers that are alive, and those that fell silent less than ``SILENT_S`` ago; the oldest first."""

    alive: tuple[WorkerRecord, ...]
    silent: tuple[WorkerRecord, ...]


@dataclass(frozen=True, slots=True)
class Strength:
    """Numbers of a fleet: live workers, their sampling processes, and the jobs that it has begun."""

    fleet: Fleet
    workers: int
    processes: int
    jobs: int


class Liveness:
    """Reads and writes heartbeats. Readiness checks and the size of a job's window depend on them."""

    def __init__(self, client: Redis, settings: JobsSettings) -> None:
        self._redis = client
        self._ttl_ms = round((settings.heartbeat_ttl_s + SILENT_S) * 1000)
        self._live_workers = load_script(client, "live_workers")
        self._recent = Recent(self.known_workers)

    def beat(self, record: WorkerRecord) -> None:
        """Store a worker's heartbeat. It counts as alive for ``heartbeat_ttl_s``."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.worker(record.id), record.model_dump_json(), px=self._ttl_ms)
            pipe.sadd(keys.WORKERS, record.id)
            pipe.hsetnx(keys.FLEETS, record.fleet.key, record.fleet.model_dump_json())
            pipe.hdel(keys.DESERTED, record.fleet.key)
            pipe.pexpire(keys.broken_models(record.id), self._ttl_ms)
            last: Any = record.model_dump(include={"id", "host", "pid", "seen_at"}) | {"left": ""}
            pipe.hset(keys.LAST_WORKER, mapping=last)
            pipe.execute()

    def report_broken(self, worker_id: str, fingerprint: str, detail: str) -> None:
        """Record that this worker could not load a manifest's model; kept as long as the worker lives."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.broken_models(worker_id), fingerprint, plain_text(detail))
            pipe.pexpire(keys.broken_models(worker_id), self._ttl_ms)
            pipe.execute()

    def broken_models(self, worker_id: str) -> dict[str, str]:
        """Return the models that this worker could not load: fingerprint of a manifest -> reason."""
        with store_errors():
            noted = cast("dict[bytes, bytes]", self._redis.hgetall(keys.broken_models(worker_id)))
        return {fingerprint.decode(): detail.decode() for fingerprint, detail in noted.items()}

    def leave(self, worker_id: str) -> None:
        """Delete the heartbeat at an orderly end."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.worker(worker_id), keys.broken_models(worker_id))
            pipe.srem(keys.WORKERS, worker_id)
            pipe.hset(keys.LAST_WORKER, "left", worker_id)
            pipe.execute()

    def absence(self) -> str:
        """Say why no worker is alive, as far as known, and what to do. Raises StoreUnavailable.

        The server knows nothing of a worker that cannot reach it; that worker's own log says why.
        """
        with store_errors():
            found = cast("dict[bytes, bytes]", self._redis.hgetall(keys.LAST_WORKER))
        last = {name.decode(): value.decode() for name, value in found.items()}
        if "id" not in last:
            return (
                "none has ever announced itself at this server; start one, and if one runs, its log says why "
                "it cannot reach the server"
            )
        seen = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(float(last["seen_at"])))
        who = f"the last one, process {last['pid']} on {last['host']},"
        if last.get("left") == last["id"]:
            return f"{who} ended in order after {seen} UTC; start one"
        return (
            f"{who} fell silent after {seen} UTC: it was killed, or hangs, or cannot reach the server any "
            "more; its log says which"
        )

    def live_workers(self) -> tuple[WorkerRecord, ...]:
        """Read the live workers in one round trip, oldest first. Raises StoreUnavailable."""
        return self.known_workers().alive

    def known_workers(self) -> Known:
        """Read the workers that are alive or silent in one round trip, and forget those that left or expired.

        A worker of another release whose heartbeat cannot be read is logged and left out.
        """
        with store_errors():
            script, silent_ms = self._live_workers, round(SILENT_S * 1000)
            told = cast("list[Any]", script(keys=[keys.WORKERS], args=[keys.worker(""), silent_ms]))
        found: dict[int, list[WorkerRecord]] = {0: [], 1: []}
        for alive, beat, noted in zip(told[::3], told[1::3], told[2::3], strict=True):
            worker = _read_worker(beat)
            if worker is not None:
                found[alive].append(worker.model_copy(update={"broken": _broken(noted)}))
        return Known(_oldest_first(found[1]), _oldest_first(found[0]))

    def recent_workers(self) -> tuple[WorkerRecord, ...]:
        """Return the workers that were alive at most a second ago. Raises StoreUnavailable."""
        return self._recent.get().alive

    def silent_workers(self) -> tuple[WorkerRecord, ...]:
        """Return those that had fallen silent at most a second ago, and may come back."""
        return self._recent.get().silent

    def fleets(self) -> tuple[Strength, ...]:
        """Read the fleets that have a live worker, or have begun a job that has not ended."""
        with store_errors():
            known = cast("dict[bytes, bytes]", self._redis.hgetall(keys.FLEETS))
            with self._redis.pipeline(transaction=False) as pipe:
                for key in known:
                    pipe.scard(keys.fleet_jobs(key.decode()))
                jobs = cast("list[int]", pipe.execute())
        alive = self.live_workers()
        found = []
        for content, begun in zip(known.values(), jobs, strict=True):
            fleet = read_fleet(content)
            if fleet is None:
                continue
            own = [worker.processes for worker in alive if worker.fleet == fleet]
            if own or begun:
                found.append(Strength(fleet, len(own), sum(own), begun))
        return tuple(sorted(found, key=lambda strength: strength.fleet.words))


def _oldest_first(workers: list[WorkerRecord]) -> tuple[WorkerRecord, ...]:
    return tuple(sorted(workers, key=lambda worker: (worker.started_at, worker.id)))


def _read_worker(beat: bytes) -> WorkerRecord | None:
    """Read a heartbeat; None for one that only another release can read."""
    try:
        return WorkerRecord.model_validate_json(beat)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        log.warning("a worker of another release is left out: %s: %s", fault["loc"], fault["msg"])
        return None


def _broken(noted: list[bytes]) -> dict[str, str]:
    """Read a hash as a script returns it."""
    words = [word.decode() for word in noted]
    return dict(zip(words[::2], words[1::2], strict=True))
