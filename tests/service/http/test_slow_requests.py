"""Heads and bodies that do not come in time are given up, and keep nobody out for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from tests.service.conftest import GatewayWith
from tests.support.gateway import Gateway
from tests.support.raw_requests import LIVE, PROBE, connection, exchange, receive
from tests.support.wait import wait_until

MOST_CONNECTIONS = 12
SLOW = b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


@pytest.fixture(scope="module")
def hurried(gateway_with: GatewayWith) -> Iterator[Gateway]:
    """A gateway that waits for neither head nor body, so that a request of a slow machine may be cut too."""
    waits = {"head_timeout_s": 0.5, "body_timeout_s": 0.5}
    with gateway_with(max_connections=MOST_CONNECTIONS, **waits) as gateway:
        yield gateway


@pytest.mark.parametrize("sent", [b"", SLOW])
def test_a_connection_without_a_whole_head_is_closed(hurried: Gateway, sent: bytes) -> None:
    with closing(connection(hurried, sent)) as client:
        assert client.recv(100) == b""


def test_a_head_that_comes_a_byte_at_a_time_is_given_up(hurried: Gateway) -> None:
    with closing(connection(hurried, SLOW)) as client:
        client.settimeout(0.02)  # the pace of a slow client

        def closed() -> bool:
            with suppress(TimeoutError):
                client.sendall(b"x")
                return client.recv(100) == b""
            return False

        wait_until(closed, "the connection to be closed", interval=0)


def test_a_second_request_on_a_connection_has_as_much_time(hurried: Gateway) -> None:
    def cut_at_the_third() -> bool:
        """Whether two requests were answered: a head that was sent late on a slow machine was cut before."""
        with suppress(ConnectionError), closing(connection(hurried, PROBE)) as client:
            if client.recv(1, socket.MSG_PEEK):
                receive(client, LIVE)
                client.sendall(PROBE)
                receive(client, LIVE)
                client.sendall(PROBE[:20])
                assert client.recv(100) == b""
                return True
        return False

    wait_until(cut_at_the_third, "two requests to be answered")


def test_silent_connections_do_not_keep_others_out_for_long(hurried: Gateway) -> None:
    def answered(path: str) -> bool:
        with suppress(httpx.NetworkError, httpx.RemoteProtocolError):  # this head came late too
            return httpx.get(hurried.url + path).is_success
        return False

    with ExitStack() as silent:
        for _ in range(MOST_CONNECTIONS):
            silent.enter_context(closing(connection(hurried)))
        wait_until(lambda: answered("/health/live"), "a health check to be answered")
        wait_until(lambda: answered("/v1/models"), "an answer")


def test_a_body_that_never_arrives_is_given_up(hurried: Gateway) -> None:
    answer = exchange(
        hurried,
        b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{",
    )
    assert b" 408 " in answer.split(b"\r\n", 1)[0]
    assert b"urn:certification-service:problem:body-timeout" in answer
