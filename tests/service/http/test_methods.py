"""HEAD is answered wherever GET is, without a body, and 405 names what is possible."""

from __future__ import annotations

import httpx
import pytest

from tests.service.conftest import Api
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode
from tests.support.raw_requests import exchange

PNG = encode(RAMP)
VARYING = {"x-request-id", "date", "content-length"}
PATHS = ["/v1/certifications", "/v1/models", "/v1/models/grey", "/health/live", "/openapi.json", "/nowhere"]


@pytest.mark.parametrize("path", [*PATHS, "/health/ready", "/metrics", f"/v1/certifications/{'A' * 22}"])
def test_head_is_get_without_the_body(http: httpx.Client, path: str) -> None:
    read, head = http.get(path), http.head(path)
    assert head.status_code == read.status_code
    assert head.content == b""
    assert int(head.headers["content-length"]) > 0
    assert {k: v for k, v in head.headers.items() if k not in VARYING} == {
        k: v for k, v in read.headers.items() if k not in VARYING
    }


def test_head_of_a_stream_ends_while_the_job_goes_on(api: Api) -> None:
    job = api.image(PNG, model="grey").json()["id"]
    head = api.http.head(f"/v1/certifications/{job}/events")
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")
    assert api.http.head(f"/v1/certifications/{job}").status_code == 200


def test_head_leaves_the_connection_fit_for_the_next_request(gateway: Gateway) -> None:
    """A body after HEAD would be taken for the next answer."""
    ask = b"%b /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n"
    answer = exchange(gateway, ask % (b"HEAD", b"") + ask % (b"GET", b"Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b'{"status":"live"}') == 1
    assert answer.endswith(b'{"status":"live"}')


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/certifications", "GET, HEAD, POST"),
        (f"/v1/certifications/{'A' * 22}", "DELETE, GET, HEAD"),
        (f"/v1/certifications/{'A' * 22}/events", "GET, HEAD"),
        ("/v1/models/grey", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/metrics", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
def test_a_method_that_is_not_possible_is_told_those_that_are(
    http: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert allowed in answer.json()["detail"]


def test_a_slash_too_many_is_named(http: httpx.Client) -> None:
    answer = http.get("/v1/certifications/")
    assert answer.status_code == 404
    assert "without the slash at its end" in answer.json()["detail"]


def test_a_percent_encoded_id_is_the_id(api: Api) -> None:
    job = api.image(PNG, model="grey").json()["id"]
    encoded = "".join(f"%{ord(letter):02x}" for letter in job)
    assert api.http.get(f"/v1/certifications/{encoded}").json()["id"] == job


def test_an_answer_is_json_whatever_is_accepted(http: httpx.Client) -> None:
    answer = http.get("/v1/models", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/json"
