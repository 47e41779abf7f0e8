"""One key's slow bodies, held bytes and open streams leave room for every other key."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from service.auth.keyring import hash_key, new_key
from service.gateway_settings import GatewaySettings
from service.http.problems import ProblemError
from service.http.shared_limits import Held, Pool
from tests.support.gateway import Gateway, running_gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.raw_requests import connection
from tests.support.server import Server, running_server
from tests.support.wait import wait_until

GREEDY, MODEST = new_key(), new_key()
MOST_STREAMS = 4
MOST_HELD = 400_000
BEGUN = (
    b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer %b\r\nContent-Length: 150000\r\n\r\n{" % GREEDY.encode()
)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def shared(
    own_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway of two keys, with the default limits of requests and bodies."""
    folder = tmp_path_factory.mktemp("gateway")
    keys = "".join(
        f'[[key]]\nname = "{name}"\nsha256 = "{hash_key(key)}"\n'
        for name, key in (("greedy", GREEDY), ("modest", MODEST))
    )
    (folder / "keys.toml").write_text(keys)
    with running_gateway(
        folder,
        own_server.url,
        models_dir,
        keys_file=folder / "keys.toml",
        max_event_streams=MOST_STREAMS,
        max_body_bytes=MOST_HELD // 2,
        max_held_bytes=MOST_HELD,
        body_timeout_s=300,
    ) as gateway:
        yield gateway


def ask(gateway: Gateway, key: str, path: str = "/v1/models", **more: object) -> httpx.Response:
    method = "POST" if more else "GET"
    about = {"Authorization": f"Bearer {key}"}
    return httpx.request(method, gateway.url + path, headers=about, timeout=60, **more)  # type: ignore[arg-type]


def submit(gateway: Gateway, key: str) -> httpx.Response:
    return ask(gateway, key, "/v1/certifications", data={"model": "grey"}, files={"image": encode(RAMP)})


def test_slow_bodies_of_one_key_keep_no_other_key_out(shared: Gateway) -> None:
    with ExitStack() as slow:
        for _ in range(210):
            slow.enter_context(closing(connection(shared, BEGUN)))
        wait_until(lambda: submit(shared, GREEDY).status_code == 503, "the greedy key to have its share")
        refused = check_problem(submit(shared, GREEDY), "overloaded", 503)
        assert "This key has its share" in refused["detail"]
        for _ in range(3):
            assert submit(shared, MODEST).status_code == 202
            assert ask(shared, MODEST).status_code == 200
            assert ask(shared, GREEDY).status_code == 200
    wait_until(lambda: submit(shared, GREEDY).status_code == 202, "the bodies to be given up")


def test_bytes_that_one_key_holds_leave_room_for_another(shared: Gateway) -> None:
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(closing(connection(shared, BEGUN + b" " * 90_000)))
        wait_until(lambda: "bytes" in large(shared, GREEDY).text, "the greedy key to hold its share")
        check_problem(large(shared, GREEDY), "overloaded", 503)
        check_problem(large(shared, MODEST), "malformed-body", 400)  # it was read to its end
        assert submit(shared, MODEST).status_code == 202


def large(gateway: Gateway, key: str) -> httpx.Response:
    return httpx.post(
        f"{gateway.url}/v1/certifications",
        content=b" " * 90_000,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        timeout=60,
    )


def test_streams_of_one_key_leave_some_for_another(shared: Gateway) -> None:
    followed = [
        (key, f"/v1/certifications/{submit(shared, key).json()['id']}/events") for key in (GREEDY, MODEST)
    ]
    with ExitStack() as streams:

        def follow(key: str, path: str) -> int:
            about = {"Authorization": f"Bearer {key}"}
            answer = streams.enter_context(httpx.stream("GET", shared.url + path, headers=about, timeout=60))
            return answer.status_code

        assert [follow(*followed[0]) for _ in range(3)] == [200, 200, 503]
        assert follow(*followed[1]) == 200


def test_requests_at_work_are_bounded_and_health_is_not(
    own_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    """A request waits for a server that is frozen, however long; a body on its way does not count.

    What is asked beside it needs no server, so nothing but that request can hold the only place for long.
    """
    with (
        running_gateway(tmp_path, own_server.url, models_dir, max_requests=1, store_timeout_s=300) as gateway,
        ThreadPoolExecutor(1) as pool,
        closing(connection(gateway, BEGUN)),
    ):

        def described() -> httpx.Response:
            return httpx.get(f"{gateway.url}/openapi.json", timeout=60)

        def listed() -> Future[httpx.Response]:
            return pool.submit(httpx.get, f"{gateway.url}/v1/certifications", timeout=300)

        assert described().status_code == 200
        own_server.pause()
        try:
            waiting = [listed()]

            def full() -> bool:
                if waiting[-1].done():  # it was refused: it came while one of the polls was being answered
                    waiting.append(listed())
                return described().status_code == 503

            wait_until(full, "the request to be counted")
            answer = described()
            check_problem(answer, "overloaded", 503)
            assert int(answer.headers["retry-after"]) > 0
            assert httpx.get(f"{gateway.url}/health/live", timeout=60).status_code == 200
        finally:
            own_server.resume()
        assert waiting[-1].result().status_code == 200
        wait_until(lambda: described().status_code == 200, "the request to end")


def test_however_many_are_greedy_something_is_left() -> None:
    pool, shares = Pool(60, "Too many."), []
    with ExitStack() as all_held:
        for owner in "abcd":
            held = all_held.enter_context(pool.share(owner))
            with pytest.raises(ProblemError, match="This key has its share"):
                take_all(held)
            shares.append(held.amount)
    assert shares == [30, 15, 7, 4]


def take_all(held: Held) -> None:
    for _ in range(60):
        held.take(1)


def test_without_keys_all_is_one_callers() -> None:
    pool = Pool(10, "Too many.")
    with pool.share() as held:
        held.take(10)
        with pytest.raises(ProblemError):
            held.take(1)
        held.give_back()
        held.take(10)


def test_with_keys_there_must_be_room_for_two_bodies(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="twice CERTIFY_MAX_BODY_BYTES"):
        GatewaySettings(keys_file=tmp_path, max_held_bytes=1_000_000, max_body_bytes=600_000)
