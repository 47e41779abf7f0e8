"""The gateway is killed during uploads: accepted jobs are there, and the others leave nothing behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.chaos.bodies import QUICK
from tests.chaos.moments import GATEWAY_MOMENTS, Victim, arm
from tests.chaos.service import Service
from tests.support.wait import wait_until

UPLOADS = 24


@pytest.fixture(autouse=True)
def gateway_again(service: Service) -> Iterator[None]:
    """Leave a gateway that runs, whatever a test did to it."""
    yield
    if service.gateway.ended:
        service.gateway.kill()
        service.gateway.start()


def upload(service: Service, key: str) -> httpx.Response | None:
    """Submit with a key; None when the gateway was gone before it answered."""
    try:
        return service.post(QUICK, key)
    except httpx.TransportError:
        return None


def half_an_upload(service: Service) -> socket.socket:
    """Send a request whose body stops in the middle."""
    body = json.dumps(QUICK).encode()
    head = (
        f"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", service.gateway.port), timeout=20)
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection


def test_killed_during_uploads(service: Service) -> None:
    service.undisturbed(QUICK)
    before = service.count()
    names = [f"upload {service.gateway.pid} {number}" for number in range(UPLOADS)]
    with closing(half_an_upload(service)), ThreadPoolExecutor(6) as pool:
        answers = {name: pool.submit(upload, service, name) for name in names}
        wait_until(lambda: service.count() >= before + UPLOADS // 4, "some uploads to be stored")
        service.gateway.kill()
    first = {name: answer.result() for name, answer in answers.items()}
    accepted = {name: answer.json()["id"] for name, answer in first.items() if answer is not None}
    assert len(accepted) < UPLOADS, "the gateway was killed too late to disturb anything"
    stored = service.count() - before
    assert len(accepted) <= stored <= UPLOADS
    service.gateway.start()

    for name in names:
        again = service.post(QUICK, name)
        assert again.status_code == 202
        assert accepted.setdefault(name, again.json()["id"]) == again.json()["id"]
        replayed = again.headers["Idempotency-Replayed"] == "true"
        assert replayed or first[name] is None
    assert len(set(accepted.values())) == UPLOADS == service.count() - before
    for job_id in accepted.values():
        service.assert_undisturbed(QUICK, job_id)


@pytest.mark.chaos
@pytest.mark.parametrize("moment", GATEWAY_MOMENTS)
def test_killed_at_a_moment(service: Service, armed: Path, moment: str) -> None:
    """A client that repeats itself with its key has one job, whichever of its requests made it."""
    service.undisturbed(QUICK)
    before = service.count()
    arm(armed, moment, Victim.PROCESS)
    key = f"{moment} {service.gateway.pid}"
    assert upload(service, key) is None
    service.gateway.kill()
    stored = service.count() - before
    assert stored == (0 if moment == "the job is not stored" else 1)
    service.gateway.start()
    again = service.post(QUICK, key)
    assert again.headers["Idempotency-Replayed"] == ("true" if stored else "false")
    assert service.count() == before + 1
    service.assert_undisturbed(QUICK, again.json()["id"])


@pytest.mark.chaos
def test_a_stored_job_that_nobody_asks_for_again_is_done_all_the_same(service: Service, armed: Path) -> None:
    service.undisturbed(QUICK)
    arm(armed, "the job is stored and nothing answered", Victim.PROCESS)
    assert upload(service, "never again") is None
    service.gateway.kill()
    service.gateway.start()
    newest = httpx.get(f"{service.gateway.url}/v1/certifications?limit=1").json()["jobs"][0]
    service.assert_undisturbed(QUICK, newest["id"])
