"""Server, models and worker together: everything behind the gateway."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.job_records import JobRecord
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.processes import MEASURED
from tests.support.server import Server, running_server
from tests.support.specs import Submission
from tests.support.wait import wait_until
from tests.support.worker import Worker


@dataclass(frozen=True)
class Stack:
    """A running server and worker, with the gateway's view of them."""

    folder: Path
    server: Server
    models_dir: Path
    settings: JobsSettings
    client: Redis
    store: JobStore
    queue: Queue
    liveness: Liveness
    worker: Worker

    def submit(self, made: Submission) -> str:
        """Do what the gateway does with an accepted request."""
        job_id = self.store.create(made.spec, made.input_bytes).job_id
        self.queue.enqueue_select(job_id)
        return job_id

    def finished(self, job_id: str) -> JobRecord:
        """Wait for a job to end."""
        wait_until(lambda: self.store.get(job_id).state.is_final, f"job {job_id} to end")
        return self.store.get(job_id)

    def extra_worker(self, **settings: object) -> Worker:
        """Start one more worker; the caller ends it."""
        worker = Worker(self.server.url, self.models_dir, self.folder / "extra-worker.log", **settings)
        worker.start()
        return worker


@contextmanager
def running_stack(folder: Path, models_dir: Path, **worker_settings: object) -> Iterator[Stack]:
    """Run a server and one worker in ``folder`` until the block ends."""
    data = folder / "valkey"
    data.mkdir()
    with running_server(data) as server:
        settings = JobsSettings(redis_url=server.url)
        client = connect(settings, retries=5, through_silence=True)
        app = make_celery(settings)
        liveness = Liveness(client, settings)
        worker = Worker(server.url, models_dir, folder / "worker.log", **worker_settings)
        worker.start()
        try:
            worker.wait_live(liveness)
            store = JobStore(client, settings)
            yield Stack(folder, server, models_dir, settings, client, store, Queue(app), liveness, worker)
        finally:
            if MEASURED in os.environ:
                worker.end()
            worker.kill()
            app.close()
            client.close()
