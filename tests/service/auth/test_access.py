"""API keys: who is let in, whose jobs are seen, and each key's own limits."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from service.auth.callers import Access
from service.auth.keyring import Keyring, hash_key, new_key
from service.http.problems import ProblemError
from tests.support.api_keys import ALICE, BOB, KEYS, LIMITED, PNG, Ask, entry, replace, submit
from tests.support.gateway import Gateway
from tests.support.problems import check_problem


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/certifications"),
        ("POST", "/v1/certifications"),
        ("GET", f"/v1/certifications/{'A' * 22}"),
        ("DELETE", f"/v1/certifications/{'A' * 22}"),
        ("GET", f"/v1/certifications/{'A' * 22}/events"),
        ("POST", "/v1/verifications"),
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


@pytest.mark.parametrize("path", ["/health/live", "/openapi.json"])
def test_health_and_description_are_open(ask: Ask, path: str) -> None:
    assert ask("GET", path).status_code == 200


def test_readiness_is_open(ask: Ask) -> None:
    """Readiness needs no key: it says here that no worker has announced itself."""
    problem = check_problem(ask("GET", "/health/ready"), "not-ready", 503)
    assert problem["workers"] == []
    assert problem["models"]


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
