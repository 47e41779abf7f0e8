"""From one worker to four and back while jobs run: none is lost, and each counts as it would alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from certify_client import Parameters
from tests.support.places import ROOT
from tests.support.pods import Started
from tests.support.wait import wait_until
from verification.certificate_check import verify

pytestmark = pytest.mark.containers
DIGIT = ROOT / "examples/digit-7.png"
ASKED = Parameters("mnist", sigma=0.25, n=200_000, seed=1)
JOBS = 16


def ended(started: Started, jobs: list[str]) -> int:
    return sum(started.client.get(job_id).status.is_final for job_id in jobs)


def test_one_four_one(started: Started) -> None:
    alone = started.client.wait(started.client.submit(DIGIT, ASKED).id, timeout_s=300)
    assert alone.certificate is not None, alone.failure
    jobs = [started.client.submit(DIGIT, ASKED).id for _ in range(JOBS)]
    with ThreadPoolExecutor() as threads:
        more = list(threads.map(started.cluster.start, ["worker"] * 3))
        wait_until(lambda: ended(started, jobs) >= 4, "four jobs with four workers", 300)
        ready = httpx.get(f"{started.gateway.address}/health/ready", timeout=60).json()
        assert len(ready["workers"]) == 4
        assert ended(started, jobs) < JOBS
        assert list(threads.map(lambda pod: pod.stop(), more)) == [0, 0, 0]
    for job_id in jobs:
        job = started.client.wait(job_id, timeout_s=600)
        assert job.stated == alone.stated, job.failure
        assert verify(job.document).holds
