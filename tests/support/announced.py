"""Announce a worker in the store without running one: for an hour, however slow the machine is."""

from __future__ import annotations

from jobs.connection import connect
from jobs.liveness import Liveness, WorkerRecord
from jobs.shared_settings import JobsSettings
from tests.support.fleets import here
from tests.support.server import Server


def beat(server: Server, **problems: str) -> None:
    """Announce a live worker."""
    settings = JobsSettings(redis_url=server.url, heartbeat_ttl_s=3600)
    with connect(settings) as client:
        worker = WorkerRecord(
            id="w1",
            host="h",
            pid=1,
            processes=1,
            fleet=here(),
            started_at=1.0,
            seen_at=1.0,
            problems=problems,
        )
        Liveness(client, settings).beat(worker)


def report_broken(server: Server, fingerprint: str, detail: str) -> None:
    """Let the announced worker say that it could not load the model of this manifest."""
    settings = JobsSettings(redis_url=server.url, heartbeat_ttl_s=3600)
    with connect(settings) as client:
        Liveness(client, settings).report_broken("w1", fingerprint, detail)
