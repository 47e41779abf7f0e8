"""API keys: who is let in, whose jobs are seen, how keys come and go, and what pages of browsers may do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from service.access import Access
from service.keyring import Keyring, KeysFileError, hash_key, new_key
from service.problems import ProblemError
from service.settings import GatewaySettings
from tests.service.gateway import Gateway, running_gateway
from tests.service.pictures import RAMP, encode
from tests.service.test_bad_input import check_problem
from tests.support.server import Server

PNG = encode(RAMP)
ALICE, BOB, LIMITED = new_key(), new_key(), new_key()
Ask = Callable[..., httpx.Response]


def entry(name: str, key: str, **limits: int) -> str:
    more = "".join(f"{limit} = {value}\n" for limit, value in limits.items())
    return f'[[key]]\nname = "{name}"\nsha256 = "{hash_key(key)}"\n{more}\n'


KEYS = (
    entry("alice", ALICE)
    + entry("bob", BOB)
    + entry("limited", LIMITED, max_active_jobs=2, requests_per_minute=6, max_n=1000)
)


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    path.write_text(KEYS)
    return path


@pytest.fixture(scope="module")
def guarded(
    shared_server: Server, models_dir: Path, keys_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(
        folder,
        shared_server.url,
        models_dir,
        keys_file=keys_file,
        cors_origins='["https://lab.example"]',
        log_level="debug",
    ) as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def untouched(keys_file: Path) -> Iterator[None]:
    """Every test begins with the same keys."""
    yield
    replace(keys_file, KEYS)


def replace(path: Path, content: str) -> None:
    """Replace a file in one step, as an operator should."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content)
    fresh.replace(path)


@pytest.fixture
def ask(guarded: Gateway) -> Ask:
    def send(
        method: str,
        path: str,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        given = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.request(method, guarded.url + path, headers=given | (headers or {}), timeout=20, **more)

    return send


def submit(ask: Ask, key: str, **more: object) -> httpx.Response:
    return ask(
        "POST", "/v1/certifications", key, data={"model": "grey", "n": 1000}, files={"image": PNG}, **more
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/certifications"),
        ("POST", "/v1/certifications"),
        ("GET", f"/v1/certifications/{'A' * 22}"),
        ("DELETE", f"/v1/certifications/{'A' * 22}"),
        ("GET", f"/v1/certifications/{'A' * 22}/events"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/grey"),
        ("GET", "/metrics"),
    ],
)
@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ALICE},
        {"Authorization": f"Basic {ALICE}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {ALICE[:-1]}"},
        {"Authorization": f"Bearer {new_key()}"},
        {"Authorization": f"Bearer {hash_key(ALICE)}"},
        {"Authorization": "Bearer " + "x" * 5000},
    ],
    ids=["none", "no scheme", "another scheme", "empty", "cut", "unknown", "the hash itself", "long"],
)
def test_without_a_valid_key_there_is_no_answer(
    ask: Ask, method: str, path: str, header: dict[str, str]
) -> None:
    answer = ask(method, path, headers=header)
    check_problem(answer, "unauthorized", 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json"])
def test_health_and_description_are_open(ask: Ask, path: str) -> None:
    assert ask("GET", path).status_code in {200, 503}


def test_metrics_are_told_to_any_key(ask: Ask) -> None:
    assert "certify_http_requests_total" in ask("GET", "/metrics", BOB).text


def test_a_job_is_seen_by_its_owner_alone(ask: Ask) -> None:
    job = submit(ask, ALICE).json()["id"]
    path = f"/v1/certifications/{job}"
    assert ask("GET", path, ALICE).json()["id"] == job
    for method, where in (("GET", path), ("DELETE", path), ("GET", f"{path}/events")):
        check_problem(ask(method, where, BOB), "job-not-found", 404)
    assert ask("GET", path, ALICE).json()["status"] == "queued"
    assert "alice" not in ask("GET", path, ALICE).text


def test_a_list_holds_the_owners_jobs_alone(ask: Ask) -> None:
    mine = [submit(ask, ALICE).json()["id"] for _ in range(3)]
    theirs = submit(ask, BOB).json()["id"]
    listed = [job["id"] for job in ask("GET", "/v1/certifications", ALICE).json()["jobs"]]
    assert listed[:3] == mine[::-1]
    assert theirs not in listed
    first = ask("GET", "/v1/certifications?limit=2", ALICE).json()
    second = ask("GET", f"/v1/certifications?limit=2&cursor={first['next_cursor']}", ALICE).json()
    assert [job["id"] for job in first["jobs"] + second["jobs"]][:3] == mine[::-1]


def test_jobs_made_without_keys_are_nobodys(ask: Ask, gateway: Gateway) -> None:
    """The other gateway of these tests uses the same store and asks for no keys."""
    open_job = httpx.post(
        f"{gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG}
    ).json()["id"]
    owned = submit(ask, ALICE).json()["id"]
    check_problem(ask("GET", f"/v1/certifications/{open_job}", ALICE), "job-not-found", 404)
    assert httpx.get(f"{gateway.url}/v1/certifications/{owned}").status_code == 404
    listed = httpx.get(f"{gateway.url}/v1/certifications").json()["jobs"]
    assert owned not in [job["id"] for job in listed]


def test_owners_do_not_share_idempotency_keys(ask: Ask) -> None:
    once = {"Idempotency-Key": "monday"}
    first, again = (submit(ask, ALICE, headers=once) for _ in range(2))
    other = submit(ask, BOB, headers=once)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]


def test_a_key_is_replaced_without_a_gap(ask: Ask, keys_file: Path) -> None:
    job = submit(ask, ALICE).json()["id"]
    successor = new_key()
    replace(keys_file, KEYS + entry("alice", successor))
    for key in (ALICE, successor):
        assert ask("GET", f"/v1/certifications/{job}", key).status_code == 200
    replace(keys_file, entry("alice", successor))
    check_problem(ask("GET", f"/v1/certifications/{job}", ALICE), "unauthorized", 401)
    assert ask("GET", f"/v1/certifications/{job}", successor).status_code == 200


@pytest.mark.parametrize("content", ["[[key]\n", '[[key]]\nname = "x"\nsha256 = "short"\n', "\xff", None])
def test_a_file_that_cannot_be_read_admits_nobody_until_it_can(
    ask: Ask, keys_file: Path, guarded: Gateway, content: str | None
) -> None:
    if content is None:
        keys_file.unlink()
    else:
        keys_file.write_text(content, encoding="latin-1")
    problem = check_problem(ask("GET", "/v1/models", ALICE), "not-ready", 503)
    assert str(keys_file) not in problem["detail"]
    assert f"the keys file {keys_file} cannot be read" in guarded.log
    replace(keys_file, KEYS)
    assert ask("GET", "/v1/models", ALICE).status_code == 200


def test_a_key_has_its_own_limit_of_n(ask: Ask) -> None:
    answer = ask(
        "POST",
        "/v1/certifications",
        LIMITED,
        data={"model": "grey", "n": 2000},
        files={"image": PNG},
    )
    problem = check_problem(answer, "invalid-request", 422)
    assert problem["errors"] == [{"field": "n", "message": "must be at most 1,000"}]


def test_a_key_has_so_many_unfinished_jobs_and_no_more(ask: Ask, keys_file: Path) -> None:
    key = new_key()
    replace(keys_file, KEYS + entry("few", key, max_active_jobs=2))
    kept = [submit(ask, key).json()["id"] for _ in range(2)]
    refused = submit(ask, key)
    check_problem(refused, "too-many-jobs", 429)
    assert int(refused.headers["retry-after"]) > 0
    assert [job["id"] for job in ask("GET", "/v1/certifications", key).json()["jobs"]] == kept[::-1]
    assert submit(ask, ALICE).status_code == 202
    ask("DELETE", f"/v1/certifications/{kept[0]}", key)
    assert submit(ask, key).status_code == 202


def test_a_key_has_so_many_requests_a_minute(ask: Ask, keys_file: Path) -> None:
    key = new_key()
    replace(keys_file, KEYS + entry("slow", key, requests_per_minute=3))
    answers = [ask("GET", "/v1/models", key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    check_problem(answers[3], "too-many-requests", 429)
    assert 0 < int(answers[3].headers["retry-after"]) <= 21
    assert ask("GET", "/v1/models", ALICE).status_code == 200


def test_requests_come_back_evenly_over_the_minute(tmp_path: Path) -> None:
    now = 1000.0
    (tmp_path / "keys.toml").write_text(entry("slow", ALICE, requests_per_minute=6))
    access = Access(Keyring(tmp_path / "keys.toml"), clock=lambda: now)
    for _ in range(6):
        assert access.admit(ALICE).owner == "slow"
    with pytest.raises(ProblemError) as refused:
        access.admit(ALICE)
    assert refused.value.headers["Retry-After"] == "11"
    now += 10.1
    access.admit(ALICE)
    with pytest.raises(ProblemError):
        access.admit(ALICE)
    now += 3600
    for _ in range(6):
        access.admit(ALICE)
    with pytest.raises(ProblemError):
        access.admit(ALICE)


def test_keys_are_neither_logged_nor_told(ask: Ask, guarded: Gateway) -> None:
    wrong = new_key()
    ask("GET", "/v1/models", wrong)
    submit(ask, ALICE)
    for key in (wrong, ALICE):
        assert key not in guarded.log
        assert key.removeprefix("certify_")[:20] not in guarded.log
        assert hash_key(key) not in guarded.log


# The file of keys


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '[[key]]\nname = "A b"\nsha256 = "' + "0" * 64 + '"\n',
            "key.0.name: must be up to 63 of the letters",
        ),
        ('[[key]]\nname = "a"\n', "key.0.sha256: is required"),
        (
            '[[key]]\nname = "a"\nsha256 = "' + "0" * 64 + '"\nmax_jobs = 3\n',
            r"key.0.max_jobs: is not a field of this file; did you mean `max_active_jobs`\?",
        ),
        (
            '[[key]]\nname = "a"\nsha256 = "' + "0" * 64 + '"\nmax_n = "many"\n',
            "key.0.max_n: must be a whole number",
        ),
        (entry("a", ALICE) + entry("b", ALICE), "same sha256"),
        ("keys = 3", r"keys: is not a field of this file; did you mean `key`\?"),
        ('[[key]]\nname = "a"\nsha256 = "1"\n', "key.0.sha256: must be the 64 hexadecimal digits"),
    ],
)
def test_a_senseless_file_is_refused_with_the_place(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(content)
    with pytest.raises(KeysFileError, match=said):
        Keyring(path)


def test_an_empty_file_admits_nobody(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("")
    assert Keyring(path).find(ALICE) is None


def test_a_key_is_drawn_told_once_and_accepted(tmp_path: Path) -> None:
    drawn = [
        subprocess.run(
            [sys.executable, "-m", "service.keys", "new", "carol"], capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    keys = [done.stderr.splitlines()[-1] for done in drawn]
    assert len(set(keys)) == 2
    assert all(len(key) >= 43 for key in keys)
    path = tmp_path / "keys.toml"
    path.write_text("".join(done.stdout for done in drawn))
    assert keys[0] not in path.read_text()
    for key in keys:
        found = Keyring(path).find(key)
        assert found is not None
        assert found.name == "carol"


@pytest.mark.parametrize("arguments", [[], ["new"], ["new", "Not a name"]])
def test_the_command_says_what_it_needs(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service.keys", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage" in done.stderr


# Where the gateway may listen without keys


def start(**settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {f"CERTIFY_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "service"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])
def test_an_address_that_others_can_reach_needs_keys_or_an_explicit_word(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="CERTIFY_KEYS_FILE"):
        GatewaySettings(host=host)
    assert GatewaySettings(host=host, allow_anonymous=True).host == host
    assert GatewaySettings(host=host, keys_file=tmp_path / "keys.toml").host == host


def test_it_does_not_start_without_keys_where_others_can_reach_it() -> None:
    done = start(host="0.0.0.0", port="0")
    assert done.returncode != 0
    assert "CERTIFY_KEYS_FILE" in done.stderr
    assert "CERTIFY_ALLOW_ANONYMOUS" in done.stderr


def test_it_does_not_start_with_a_keys_file_that_cannot_be_read(tmp_path: Path) -> None:
    done = start(keys_file=str(tmp_path / "absent.toml"), port="0")
    assert done.returncode != 0
    assert "absent.toml cannot be read" in done.stderr


# Browsers


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
