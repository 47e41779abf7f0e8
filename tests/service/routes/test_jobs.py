"""Jobs that were submitted: read, cancel, list, follow."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from jobs.job_records import Failure
from tests.service.conftest import Api
from tests.support.event_streams import parse
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

PNG = encode(RAMP)


@pytest.fixture
def job(api: Api) -> str:
    return str(api.image(PNG, model="grey").json()["id"])


UNKNOWN = [
    "A" * 22,
    "x",
    "A" * 23,
    "AAAAAAAAAAAAAAAAAAAAA%00",
    "..",
    "%2e%2e",
    "A" * 5000,
    "Ä" * 22,
    "*" * 22,
]


@pytest.mark.parametrize("job_id", UNKNOWN)
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", ""), ("GET", "/events")])
def test_an_unknown_id_is_404(http: httpx.Client, method: str, tail: str, job_id: str) -> None:
    answer = http.request(method, f"/v1/certifications/{job_id}{tail}")
    assert answer.json()["type"].rpartition(":")[2] in {"job-not-found", "not-found"}
    check_problem(answer, answer.json()["type"].rpartition(":")[2], 404)


@pytest.mark.parametrize(
    "path", ["..%2f..%2fetc%2fpasswd", "%2e%2e%2fmodels", "..\\..\\etc", "a/b/c", "x%0d%0aSet-Cookie:a"]
)
def test_an_id_with_path_tricks_is_404(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/v1/certifications/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers


def test_cancelling_ends_a_job_and_may_be_repeated(api: Api, job: str) -> None:
    first = api.http.delete(f"/v1/certifications/{job}")
    second = api.http.delete(f"/v1/certifications/{job}")
    assert first.status_code == second.status_code == 200
    assert first.json()["status"] == "cancelled"
    assert first.json()["finished_at"] is not None
    assert second.json() == first.json() == api.http.get(f"/v1/certifications/{job}").json()


def test_cancelling_leaves_a_job_that_has_ended_as_it_is(api: Api, job: str) -> None:
    api.store.fail(job, Failure(type="model_changed", detail="submit it again"))
    answer = api.http.delete(f"/v1/certifications/{job}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "failed"
    assert answer.json()["failure"] == {"type": "model_changed", "detail": "submit it again"}


def test_the_list_is_newest_first_and_pages_do_not_overlap(api: Api) -> None:
    made = [api.image(PNG, model="grey").json()["id"] for _ in range(5)]
    listed = [job["id"] for page in pages(api, limit=2) for job in page]
    assert listed[:5] == made[::-1]
    assert len(listed) == len(set(listed))


def test_the_list_can_be_filtered_by_status(api: Api) -> None:
    made = [api.image(PNG, model="grey").json()["id"] for _ in range(6)]
    for job_id in made[::2]:
        api.http.delete(f"/v1/certifications/{job_id}")
    found = [job for page in pages(api, limit=2, status="cancelled") for job in page]
    assert {job["status"] for job in found} == {"cancelled"}
    assert [job["id"] for job in found][:3] == made[::2][::-1]
    assert all(len(page) <= 2 for page in pages(api, limit=2, status="cancelled"))


def test_the_list_can_be_filtered_by_model_certifier_and_key(api: Api) -> None:
    run = api.http.post("/v1/runs", json={"name": "greys", "model": "grey", "n": 1000}).json()["id"]
    row = api.http.post(f"/v1/runs/{run}/rows", data={"key": "cats/1.png"}, files={"image": PNG}).json()
    dipole = api.image(PNG, model="grey", certifier="dipole").json()["id"]
    assert row["row"] == {"run_id": run, "number": 1, "key": "cats/1.png", "label": None}
    for picked, expected in (
        ({"key": "cats/"}, row["id"]),
        ({"certifier": "dipole"}, dipole),
        ({"model": "grey", "certifier": "dipole", "status": "queued"}, dipole),
    ):
        assert next(pages(api, limit=1, **picked))[0]["id"] == expected
    assert [page for page in pages(api, model="nowhere") if page] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "not-a-cursor"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "x" * 100}, "cursor"),
        ({"status": "asleep"}, "status"),
        ({"certifier": "third_order"}, "certifier"),
    ],
)
def test_a_bad_query_names_its_field(http: httpx.Client, query: dict[str, str], field: str) -> None:
    problem = check_problem(http.get("/v1/certifications", params=query), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]


def test_events_of_a_job_that_has_ended_are_its_end(api: Api, job: str) -> None:
    api.http.delete(f"/v1/certifications/{job}")
    answer = api.http.get(f"/v1/certifications/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    ((event, data),) = parse(answer.text)
    assert event == "end"
    assert data == api.http.get(f"/v1/certifications/{job}").json()


def test_events_tell_progress_until_the_job_ends(api: Api, job: str) -> None:
    """The job is cancelled only after the first event has arrived, so both kinds must be seen."""
    with api.http.stream("GET", f"/v1/certifications/{job}/events") as answer:
        lines = answer.iter_lines()
        first = [next(lines) for _ in range(2)]
        assert first[0] == "event: progress"
        data = json.loads(first[1].removeprefix("data: "))
        assert data == {
            "id": job,
            "status": "queued",
            "progress": {"samples_done": 0, "samples_total": 100_000, "samples_per_second": None},
            "queue_position": data["queue_position"],
            "waiting_for": "no live worker",
            "running": None,
        }
        assert data["queue_position"] >= 1
        with ThreadPoolExecutor(1) as pool:
            cancelled = pool.submit(httpx.delete, f"{api.http.base_url}/v1/certifications/{job}").result()
        rest = parse("\n".join(lines))
    assert [event for event, _ in rest] == ["end"]
    assert rest[0][1] == cancelled.json()


def test_jobs_are_not_kept_by_caches(api: Api, job: str) -> None:
    answer = api.http.get(f"/v1/certifications/{job}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_ids_cannot_be_guessed_from_each_other(api: Api) -> None:
    ids = {api.image(PNG, model="grey").json()["id"] for _ in range(3)}
    assert all(len(job_id) == 22 for job_id in ids)
    assert len({job_id[:4] for job_id in ids}) == 3


def test_an_unknown_id_cancels_nothing(api: Api, job: str) -> None:
    api.http.delete(f"/v1/certifications/{uuid.uuid4().hex[:22]}")
    assert api.http.get(f"/v1/certifications/{job}").json()["status"] == "queued"


def pages(api: Api, **query: object) -> Iterator[list[dict[str, Any]]]:
    """Walk through all pages of a listing."""
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        answer = api.http.get("/v1/certifications", params={**query, **more}).json()  # type: ignore[dict-item]
        yield answer["jobs"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return
