"""Connections: how long they are kept, who makes room for whom, and heads that are not quite HTTP/1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing

import httpx
import pytest

from service.gateway_settings import GatewaySettings
from tests.service.conftest import MAX_BODY_BYTES, GatewayWith
from tests.support.gateway import Gateway
from tests.support.raw_requests import LIVE, PROBE, connection, exchange, receive
from tests.support.wait import wait_until

POST = b"POST /v1/certifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"


@pytest.fixture(scope="module")
def brisk(gateway_with: GatewayWith) -> Iterator[Gateway]:
    """A gateway with short time limits, three connections and one request at a time."""
    with gateway_with(keep_alive_s=2, send_timeout_s=1, max_connections=3, max_requests=1) as gateway:
        yield gateway


def test_a_connection_is_kept_for_longer_than_proxies_keep_theirs() -> None:
    assert GatewaySettings().keep_alive_s > 75


def test_it_is_kept_as_long_as_the_setting_says(brisk: Gateway, gateway: Gateway) -> None:
    with closing(connection(gateway, PROBE)) as kept, closing(connection(brisk, PROBE)) as closed:
        for client in (kept, closed):
            receive(client, LIVE)
        assert closed.recv(65536) == b""
        kept.sendall(PROBE)
        receive(kept, LIVE)


def test_idle_connections_make_room_for_new_ones(brisk: Gateway) -> None:
    with ExitStack() as idle:
        for _ in range(3):
            receive(idle.enter_context(closing(connection(brisk, PROBE))), LIVE)
        answers = [httpx.get(f"{brisk.url}/v1/models") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_a_client_that_does_not_read_keeps_nobody_out_and_is_cut(brisk: Gateway) -> None:
    """The client asks for more than all buffers between them hold, and reads nothing."""
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(connection(brisk, ask * 200, receive_buffer=4096)) as deaf:
        models = f"{brisk.url}/v1/models"
        wait_until(lambda: httpx.get(models).status_code == 200, "an answer between two of those")

        def cut() -> bool:
            try:
                deaf.sendall(b"x")
            except OSError:
                return True
            return False

        wait_until(cut, "the connection to be cut")


@pytest.mark.parametrize(
    "sent",
    [
        b"this is not HTTP\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 20_000,
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    ],
    ids=["no HTTP", "no host", "a long head", "two lengths", "TLS"],
)
def test_what_is_not_http_is_told_so_in_a_problem_document(gateway: Gateway, sent: bytes) -> None:
    head, _, body = exchange(gateway, sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert json.loads(body)["type"] == "urn:certification-service:problem:bad-request"


def test_nonsense_after_a_head_ends_the_connection_without_a_defect(gateway: Gateway) -> None:
    with gateway.logging_no_fault():
        answer = exchange(gateway, POST + b"Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert exchange(gateway, PROBE + b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 200 OK")


def test_an_http_1_0_probe_without_a_host_is_answered(gateway: Gateway) -> None:
    assert exchange(gateway, b"GET /health/live HTTP/1.0\r\n\r\n").endswith(LIVE)
    answer = exchange(gateway, b"GET /v1/models HTTP/1.0\r\nHost: evil.example\r\n\r\n")
    assert b" 403 " in answer.split(b"\r\n", 1)[0]


def test_a_body_that_would_be_refused_is_not_asked_for(gateway: Gateway) -> None:
    announced = f"Content-Length: {MAX_BODY_BYTES + 1}\r\nExpect: 100-continue\r\n\r\n".encode()
    answer = exchange(gateway, POST + announced)
    assert answer.startswith(b"HTTP/1.1 413 ")
    with closing(
        connection(gateway, POST + CLOSE + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    ) as client:
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert client.recv(65536).startswith(b"HTTP/1.1 422 ")


def test_a_body_in_chunks_is_put_together(gateway: Gateway) -> None:
    body = b'{"model": "plane", "sigma": 1, "tensor": {"shape": [2], "data": [0.5, 1]}}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    answer = exchange(gateway, POST + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert answer.startswith(b"HTTP/1.1 202 ")
