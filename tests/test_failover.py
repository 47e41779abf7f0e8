"""The service goes over to a replica: what was accepted and replicated ends, and new jobs are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.forwarder import forwarding
from tests.support.gateway import running_gateway
from tests.support.replicas import MASTER, Pair, running_pair, running_sentinel
from tests.support.wait import wait_until
from tests.support.worker import Worker

BODY: Final = {"model": "slow-half-space", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.5, 0.25]}}
IMPATIENT: Final = {
    "visibility_timeout_s": 3,
    "lease_s": 2.0,
    "stall_s": 3.0,
    "heartbeat_ttl_s": 2.0,
    "shard_s": 0.3,
    "store_timeout_s": 2.0,
    "max_attempts": 20,
}


class Service:
    """A gateway and a worker, as a client sees them."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def submit(self, seed: int) -> str:
        """Submit until it is accepted, as a client does that is told to come again."""
        answers = []

        def accepted() -> bool:
            headers, body = {"Idempotency-Key": f"job-{seed}"}, BODY | {"n": 20_000, "seed": seed}
            answer = self.client.post("/v1/certifications", json=body, headers=headers)
            assert answer.status_code in {202, 503}, answer.text
            answers.append(answer)
            return answer.status_code == 202

        wait_until(accepted, "a job to be accepted", interval=0.1)
        return str(answers[-1].headers["location"])

    def radius(self, address: str) -> float:
        """Wait for a job to end with a certificate; return its radius."""
        jobs: list[dict[str, Any]] = []

        def ended() -> bool:
            answer = self.client.get(address)
            assert answer.status_code in {200, 503}, answer.text
            jobs.append(answer.json())
            return answer.status_code == 200 and answer.json()["finished_at"] is not None

        wait_until(ended, "a job to end", interval=0.1)
        assert jobs[-1]["status"] == "succeeded", jobs[-1]
        return float(jobs[-1]["certificate"]["radius"])


@contextmanager
def running(folder: Path, url: str, half_spaces: Path) -> Iterator[Service]:
    worker = Worker(url, half_spaces, folder / "worker.log", processes=1, **IMPATIENT)
    with (
        running_gateway(folder, url, half_spaces, store_timeout_s=2.0) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        worker.start()
        try:
            yield Service(client)
        finally:
            worker.kill()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with running_pair(tmp_path) as servers:
        yield servers


def test_the_primary_dies_and_a_sentinel_promotes_the_replica(
    pair: Pair, tmp_path: Path, half_spaces: Path
) -> None:
    with ExitStack() as stack:
        sentinel = stack.enter_context(running_sentinel(tmp_path, pair))
        url = f"sentinel://127.0.0.1:{sentinel}/0?master={MASTER}"
        service = stack.enter_context(running(tmp_path, url, half_spaces))
        accepted = begun_jobs(service, pair)
        pair.first.kill()
        check_all_end(service, accepted)


def test_the_address_moves_to_the_replica_and_the_old_primary_lives_on_as_a_replica(
    pair: Pair, tmp_path: Path, half_spaces: Path
) -> None:
    """As at a planned fail-over of a managed server: connections to the old primary stay open."""
    with ExitStack() as stack:
        address = stack.enter_context(forwarding(pair.first.port))
        service = stack.enter_context(running(tmp_path, f"redis://127.0.0.1:{address.port}/0", half_spaces))
        accepted = begun_jobs(service, pair)
        pair.promote()
        address.target = pair.second.port
        check_all_end(service, accepted)


def begun_jobs(service: Service, pair: Pair) -> list[str]:
    """Return jobs that are accepted and replicated, of which the first is being sampled."""
    accepted = [service.submit(seed) for seed in (1, 1001)]

    def sampled() -> bool:
        answer = service.client.get(accepted[0])
        return answer.is_success and bool(answer.json()["progress"]["samples_done"])

    wait_until(sampled, "the first job to be sampled")
    pair.wait_replicated()
    return accepted


def check_all_end(service: Service, accepted: list[str]) -> None:
    """Check that all jobs end, and a new one after them."""
    radii = [service.radius(address) for address in accepted]
    assert all(radius > 0.3 for radius in radii)
    assert service.radius(service.submit(seed=3001)) > 0.3
