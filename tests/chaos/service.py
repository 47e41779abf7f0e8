"""The whole service as separate processes: server, two workers and gateway, each of which can be killed."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from redis import RedisError

from jobs import keys
from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.ledger import Ledger
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.chaos.bodies import VARIETY, Request
from tests.support.fleets import here
from tests.support.program import Program
from tests.support.server import Server, free_port, running_server
from tests.support.wait import wait_until
from tests.support.worker import Worker

IMPATIENT = {
    "visibility_timeout_s": 3,
    "lease_s": 2.0,
    "stall_s": 3.0,
    "heartbeat_ttl_s": 2.0,
    "shard_s": 0.5,
    "store_timeout_s": 2.0,
    "store_patience": 12,
    "max_attempts": 20,
}
"""Settings under which a fault is noticed in seconds, and many in one job are no reason to give up."""
FINAL = frozenset({"succeeded", "failed", "cancelled"})


class MortalWorker(Worker):
    """A worker that can be armed to die."""

    entry = ("tests.chaos.moments", "worker")


class Gateway(Program):
    """A gateway that can be armed to die, on a port that it keeps when it is started again."""

    def __init__(self, redis_url: str, models_dir: Path, log: Path, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        entry = ("tests.chaos.moments", "service")
        super().__init__(entry, log, redis_url=redis_url, models_dir=models_dir, port=self.port, **settings)

    def start(self) -> None:
        """Start and wait until it answers."""
        super().start()
        wait_until(self._answers, "the gateway to answer")

    def _answers(self) -> bool:
        assert not self.ended, self.log_text()
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        return False


class Service:
    """What runs, and what a client and an operator can do with it."""

    def __init__(self, server: Server, gateway: Gateway, workers: Sequence[MortalWorker]) -> None:
        self.server = server
        self.gateway = gateway
        self.workers = workers
        self.settings = JobsSettings(redis_url=server.url)
        self.redis = connect(self.settings, retries=5, through_silence=True)
        self.store = JobStore(self.redis, self.settings)
        self.liveness = Liveness(self.redis, self.settings)
        self._app = make_celery(self.settings)
        self.queue = Queue(self._app)
        self.ledger = Ledger(self.redis)
        self._known: dict[str, Any] = {}

    def post(self, body: Request, key: str | None = None) -> httpx.Response:
        """Submit; ``key`` is sent as the Idempotency-Key."""
        headers = {} if key is None else {"Idempotency-Key": key}
        url = f"{self.gateway.url}/v1/certifications"
        return httpx.post(url, json=body, headers=headers, timeout=30)

    def submit(self, body: Request) -> str:
        """Submit what is accepted and return the job's id."""
        answer = self.post(body)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def address(self, job_id: str) -> str:
        """Return where a job is read."""
        return f"{self.gateway.url}/v1/certifications/{job_id}"

    def read(self, job_id: str) -> dict[str, Any]:
        """Read a job through the gateway."""
        answer = httpx.get(self.address(job_id), timeout=30)
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def finished(self, job_id: str, timeout: float = 60) -> dict[str, Any]:
        """Wait for a job to end; workers that die meanwhile are started again, as a supervisor would."""
        job: dict[str, Any] = {}

        def ended() -> bool:
            nonlocal job
            self.revive()
            job = self.read(job_id)
            return job["status"] in FINAL

        wait_until(ended, f"job {job_id} to end", timeout, interval=0.1)
        return job

    def count(self, index: str = keys.INDEX) -> int:
        """Return the number of jobs in one of the store's sorted sets."""
        return int(self.redis.zcard(index))

    def reachable(self) -> bool:
        """Whether the server answers."""
        with suppress(RedisError):
            return bool(self.redis.ping())
        return False

    def let_pass(self, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Wait for as long as a fault is to last, and call a function again and again meanwhile."""
        end = time.monotonic() + seconds

        def over() -> bool:
            meanwhile()
            return time.monotonic() > end

        wait_until(over, "a time to pass", seconds + 30, interval=0.1)

    def revive(self) -> None:
        """Start again the workers that have died."""
        for worker in self.workers:
            if worker.ended:
                worker.kill()
                worker.start()

    @contextmanager
    def frozen_workers(self) -> Iterator[None]:
        """Freeze the workers until the block ends: connections stay open, and nothing is done."""
        for worker in self.workers:
            worker.signal_all(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in self.workers:
                worker.signal_all(signal.SIGCONT)

    def wait_for_workers(self) -> None:
        """Wait until every worker lives."""
        self.revive()
        for worker in self.workers:
            worker.wait_live(self.liveness)

    def undisturbed(self, body: Request) -> dict[str, Any]:
        """Return what this service certifies for a request when nothing is disturbed."""
        known = repr(sorted(body.items()))
        if known not in self._known:
            job = self.finished(self.submit(body))
            assert job["status"] == "succeeded", job
            self._known[known] = certified(job)
        found: dict[str, Any] = self._known[known]
        return found

    def assert_undisturbed(self, body: Request, job_id: str, timeout: float = 60) -> None:
        """Check that a job ends with exactly the certificate that an undisturbed run gives."""
        job = self.finished(job_id, timeout)
        assert job["status"] == "succeeded", job["failure"]
        assert certified(job) == self.undisturbed(body)

    def assert_nothing_left(self) -> None:
        """Check that no job is held to be unfinished, and that the queue runs dry."""
        names = (keys.COMMON_QUEUE, keys.queue(here().key), "unacked", "unacked_index")
        queue = [keys.messages(name) for name in names]
        wait_until(lambda: not self.redis.exists(keys.ACTIVE, keys.QUEUED, *queue), "an empty queue")

    def steps_done(self, job_id: str) -> list[dict[str, str]]:
        """Return for each worker the times of the steps of a job that it says it has done."""
        done: list[dict[str, str]] = []
        for worker in self.workers:
            lines = [json.loads(line) for line in worker.log_text().splitlines() if line.startswith("{")]
            mine = [line for line in lines if line.get("job_id") == job_id]
            done.append(
                {line["step"]: line["time"] for line in mine if line["message"] == "the step is done"}
            )
        return done

    def assert_no_worker_is_deaf(self) -> None:
        """Check that every worker does steps of jobs, and does not just announce itself."""

        def all_work() -> bool:
            job_id = self.submit(VARIETY[0])
            self.finished(job_id)
            return all(self.steps_done(job_id))

        wait_until(all_work, "every worker to take part", 60)

    def close(self) -> None:
        """Close what this process holds open."""
        self._app.close()
        self.redis.close()


def certified(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job's certificate without how its model was run, which is chosen by measured times."""
    return {name: value for name, value in job["certificate"].items() if name != "model"}


@contextmanager
def running_service(folder: Path, models_dir: Path, armed: Path, **settings: object) -> Iterator[Service]:
    """Run everything in ``folder`` until the block ends; moments are armed in ``armed``."""
    given = IMPATIENT | {"processes": 1, "armed": armed} | settings
    (folder / "valkey").mkdir()
    with running_server(folder / "valkey") as server:
        logs = [folder / f"worker{number}.log" for number in (1, 2)]
        workers = [MortalWorker(server.url, models_dir, log, **given) for log in logs]
        gateway = Gateway(server.url, models_dir, folder / "gateway.log", armed=armed, **settings)
        service = Service(server, gateway, workers)
        try:
            for program in (*workers, gateway):
                program.start()
            service.wait_for_workers()
            yield service
        finally:
            service.close()
            for program in (*workers, gateway):
                program.kill()
