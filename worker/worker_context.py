"""The objects that a worker's steps need."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from functools import partial

from celery import Celery
from redis import Redis

from jobs.connection import connect
from jobs.handovers import Handovers
from jobs.leases import Leases
from jobs.ledger import Ledger
from jobs.liveness import Liveness
from jobs.plan import Fleet
from jobs.step_messages import StepMessages
from jobs.step_queue import Queue
from jobs.store import JobStore
from registry.model_folders import Registry
from worker.fleet import own_fleet
from worker.inputs import Inputs
from worker.loading import ModelCache
from worker.worker_settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """One worker. The main process makes it; the child processes, which load the models, inherit it."""

    settings: WorkerSettings
    worker_id: str
    fleet: Fleet
    store: JobStore
    ledger: Ledger
    leases: Leases
    liveness: Liveness
    queue: Queue
    messages: StepMessages
    handovers: Handovers
    registry: Registry
    models: ModelCache
    inputs: Inputs

    def processes(self) -> int:
        """Count the sampling processes of all live workers of this fleet, this one's at least."""
        workers = self.liveness.recent_workers()
        alive = sum(worker.processes for worker in workers if worker.fleet == self.fleet)
        return max(alive, self.settings.concurrency)

    def window(self, processes: int | None = None) -> int:
        """Return how many shards of one job may be out: one for each process, and one in reserve.

        ``processes``: how many there are, if that is known already.

        Other jobs wait behind shards that are out and not begun, so there is only one in reserve. A process
        that has finished a shard puts the next one on the queue before it asks for work, so none has to wait.
        """
        return (self.processes() if processes is None else processes) + 1


def make_context(settings: WorkerSettings, app: Celery, client: Redis | None = None) -> WorkerContext:
    """Make a worker's context. Nothing is sent to the server yet. Raises Unfit without a runtime."""
    redis = client or connect(settings, retries=settings.store_patience, through_silence=True)
    # Leases are renewed again soon and expire, so their connection gives up early and delays no end.
    impatient = client or connect(settings)
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    registry = Registry(settings.models_dir)
    liveness = Liveness(redis, settings)
    queue = Queue(app)
    on_broken = partial(liveness.report_broken, worker_id)
    return WorkerContext(
        settings=settings,
        worker_id=worker_id,
        fleet=own_fleet(settings),
        store=JobStore(redis, settings),
        ledger=Ledger(redis),
        leases=Leases(impatient, worker_id, settings.lease_s, settings.max_attempts),
        liveness=liveness,
        queue=queue,
        messages=StepMessages(app),
        handovers=Handovers(redis, queue),
        registry=registry,
        models=ModelCache(registry, settings.device, settings.threads, on_broken),
        inputs=Inputs(),
    )
