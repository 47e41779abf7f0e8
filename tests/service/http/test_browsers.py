"""What pages in browsers may do with the service."""

from __future__ import annotations

import httpx
import pytest

from tests.support.api_keys import ALICE, PNG, Ask, submit
from tests.support.gateway import Gateway
from tests.support.problems import check_problem


def test_security_headers_are_on_every_answer(ask: Ask, guarded: Gateway) -> None:
    answers = [
        ask("GET", "/v1/models", ALICE),
        ask("GET", "/v1/models"),
        ask("GET", "/nowhere"),
        ask("PUT", "/v1/models", ALICE),
        ask("GET", "/health/live"),
        ask("GET", "/v1/models", ALICE, headers={"Origin": "https://evil.example"}),
        submit(ask, ALICE),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert len(answer.headers["x-request-id"]) >= 8
    assert guarded.url


def test_pages_of_a_listed_origin_may_use_the_api(ask: Ask) -> None:
    origin = {"Origin": "https://lab.example"}
    preflight = ask(
        "OPTIONS",
        "/v1/certifications",
        headers=origin
        | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"},
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://lab.example"
    answer = ask("GET", "/v1/models", ALICE, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://lab.example"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://lab.example"])
def test_pages_of_other_origins_are_refused(ask: Ask, origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = ask(method, "/v1/certifications", ALICE, headers={"Origin": origin})
        check_problem(answer, "origin-not-allowed", 403)
        assert "access-control-allow-origin" not in answer.headers


def test_by_default_no_page_may_use_it(gateway: Gateway) -> None:
    """A page in a browser on the same machine could reach the loopback address."""
    answer = httpx.post(
        f"{gateway.url}/v1/certifications",
        data={"model": "grey"},
        files={"image": PNG},
        headers={"Origin": "http://127.0.0.1:3000"},
    )
    check_problem(answer, "origin-not-allowed", 403)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[2001:db8::1]"]
)
def test_without_keys_a_foreign_name_for_this_machine_is_refused(gateway: Gateway, host: str) -> None:
    """A page may let its own name lead to 127.0.0.1 (DNS rebinding)."""
    check_problem(httpx.get(f"{gateway.url}/v1/models", headers={"Host": host}), "origin-not-allowed", 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:1234", "127.0.0.1", "[::1]:8000", "127.9.9.9"])
def test_names_of_this_machine_are_answered(gateway: Gateway, host: str) -> None:
    assert httpx.get(f"{gateway.url}/v1/models", headers={"Host": host}).status_code == 200
