"""A submission whose answer is lost is sent once more with its key; a frozen service ends no wait late."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from certify_client import CertificationClient, Parameters, ServiceUnavailable, WaitTimeout
from tests.certify_client.conftest import Certify
from tests.support.raw_service import http, raw_service

SMALL = Parameters("mnist", n=1000)
PATIENT_S = 3600.0


@dataclass
class Relay:
    """Passes submissions on to the service and loses the first ``lost`` answers."""

    lost: int
    url: str = ""
    keys: list[str] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)


@contextmanager
def relay(service_url: str, lost: int) -> Iterator[Relay]:
    """Run such a relay until the block ends."""
    relay = Relay(lost)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            passed = {name: self.headers[name] for name in ("Content-Type", "Idempotency-Key")}
            answer = httpx.post(service_url + self.path, content=body, headers=passed, timeout=60)
            relay.keys.append(passed["Idempotency-Key"])
            relay.answers.append(answer)
            self.close_connection = True
            if len(relay.answers) > relay.lost:
                self.wfile.write(http(answer.content, status=f"{answer.status_code} Relayed"))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        relay.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            thread.join()


def test_a_lost_answer_is_asked_for_again_and_there_is_one_job(service_url: str, digit: Path) -> None:
    with relay(service_url, lost=1) as between, CertificationClient(between.url) as client:
        job = client.submit(digit.read_bytes(), SMALL)
    assert [answer.json()["id"] for answer in between.answers] == [job.id, job.id]
    assert [answer.headers["idempotency-replayed"] for answer in between.answers] == ["false", "true"]
    assert between.keys[0] == between.keys[1]


def test_it_is_asked_for_once_more_and_no_oftener(service_url: str, digit: Path) -> None:
    with relay(service_url, lost=3) as between, CertificationClient(between.url) as client:
        with pytest.raises(ServiceUnavailable):
            client.submit(digit.read_bytes(), SMALL)
        assert len(between.answers) == 2


def test_a_refusal_of_the_second_leaves_open_whether_there_is_a_job(command: Certify, digit: Path) -> None:
    """The first was lost on the way, and the service that accepted it may have gone since."""
    with raw_service(b"") as service:
        service.later = http(b"{}", status="503 Service Unavailable")
        done = command(digit, "--model", "mnist", "--url", service.url)
        assert len(service.asked) == 2
    assert done.returncode == 6
    assert done.stderr == "Service Unavailable\nwhether the service accepted the job is not known\n"


def test_a_service_that_is_gone_at_the_second_leaves_it_open_too(command: Certify, digit: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def lose() -> None:
            connected, _ = listening.accept()
            listening.close()
            with connected:
                connected.recv(1)

        losing = threading.Thread(target=lose)
        losing.start()
        done = command(digit, "--model", "mnist", "--url", f"http://127.0.0.1:{listening.getsockname()[1]}")
        losing.join()
    assert done.returncode == 6
    assert done.stderr.endswith("\nwhether the service accepted the job is not known\n")


def test_a_frozen_service_does_not_hold_a_wait_beyond_its_time() -> None:
    """It takes connections and never answers; no answer is waited for longer than what is left."""
    with (
        socket.create_server(("127.0.0.1", 0)) as frozen,
        CertificationClient(f"http://127.0.0.1:{frozen.getsockname()[1]}", timeout_s=PATIENT_S) as client,
        pytest.raises(WaitTimeout),
    ):
        client.wait("x" * 22, timeout_s=0.1, patience_s=PATIENT_S)
