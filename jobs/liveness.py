"""Who is at work: workers announce themselves by a key that expires unless it is renewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import Field
from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.plain_text import plain_text
from jobs.settings import JobsSettings
from jobs.spec import Fleet, Record


class WorkerRecord(Record):
    """A live worker: one main process with ``processes`` children. Times are seconds since the epoch.

    ``fleet`` is what it has in common with those that it can share a job with; one that ``begins_jobs`` also
    takes up new ones. ``problems`` names models that this worker cannot offer, with the reason.
    """

    id: str
    host: str
    pid: int
    processes: int
    fleet: Fleet
    begins_jobs: bool = True
    started_at: float
    seen_at: float
    problems: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strength:
    """How many workers and sampling processes of a fleet live, and how many jobs it has begun."""

    fleet: Fleet
    workers: int
    processes: int
    jobs: int


class Liveness:
    """Heartbeats, written by workers and read by readiness checks and the sizing of the window."""

    def __init__(self, client: Redis, settings: JobsSettings) -> None:
        self._redis = client
        self._ttl_ms = round(settings.heartbeat_ttl_s * 1000)

    def beat(self, record: WorkerRecord) -> None:
        """Announce a worker for the next ``heartbeat_ttl_s``."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.worker(record.id), record.model_dump_json(), px=self._ttl_ms)
            pipe.sadd(keys.WORKERS, record.id)
            pipe.hsetnx(keys.FLEETS, record.fleet.key, record.fleet.model_dump_json())
            pipe.hdel(keys.DESERTED, record.fleet.key)
            pipe.pexpire(keys.broken_models(record.id), self._ttl_ms)
            pipe.execute()

    def report_broken(self, worker_id: str, fingerprint: str, detail: str) -> None:
        """Note that this worker could not load the model of this manifest; kept while the worker lives."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.broken_models(worker_id), fingerprint, plain_text(detail))
            pipe.pexpire(keys.broken_models(worker_id), self._ttl_ms)
            pipe.execute()

    def broken_models(self, worker_id: str) -> dict[str, str]:
        """Return what this worker could not load: fingerprint of a manifest -> reason."""
        with store_errors():
            noted = cast("dict[bytes, bytes]", self._redis.hgetall(keys.broken_models(worker_id)))
        return {fingerprint.decode(): detail.decode() for fingerprint, detail in noted.items()}

    def reasons_against(self, worker_ids: Sequence[str], fingerprint: str) -> list[str | None]:
        """Return what each worker says against the model of this manifest; None where it says nothing."""
        with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            for worker_id in worker_ids:
                pipe.hget(keys.broken_models(worker_id), fingerprint)
            noted = cast("list[bytes | None]", pipe.execute())
        return [None if detail is None else detail.decode() for detail in noted]

    def leave(self, worker_id: str) -> None:
        """Take back the announcement at an orderly end."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.worker(worker_id), keys.broken_models(worker_id))
            pipe.srem(keys.WORKERS, worker_id)
            pipe.execute()

    def live_workers(self) -> tuple[WorkerRecord, ...]:
        """Read the workers that are alive, oldest first; forget those that fell silent."""
        with store_errors():
            members = cast("set[bytes]", self._redis.smembers(keys.WORKERS))
            names = sorted(member.decode() for member in members)
            beats = (
                cast("list[bytes | None]", self._redis.mget([keys.worker(n) for n in names])) if names else []
            )
            silent = [name for name, beat in zip(names, beats, strict=True) if beat is None]
            if silent:
                self._redis.srem(keys.WORKERS, *silent)
        alive = [WorkerRecord.model_validate_json(beat) for beat in beats if beat is not None]
        return tuple(sorted(alive, key=lambda record: record.started_at))

    def fleets(self) -> tuple[Strength, ...]:
        """Read the fleets that have a live worker or a job that they have begun."""
        with store_errors():
            known = cast("dict[bytes, bytes]", self._redis.hgetall(keys.FLEETS))
            with self._redis.pipeline(transaction=False) as pipe:
                for key in known:
                    pipe.scard(keys.fleet_jobs(key.decode()))
                jobs = cast("list[int]", pipe.execute())
        alive = self.live_workers()
        found = []
        for content, begun in zip(known.values(), jobs, strict=True):
            fleet = Fleet.model_validate_json(content)
            own = [worker.processes for worker in alive if worker.fleet == fleet]
            if own or begun:
                found.append(Strength(fleet, len(own), sum(own), begun))
        return tuple(sorted(found, key=lambda strength: strength.fleet.words))
