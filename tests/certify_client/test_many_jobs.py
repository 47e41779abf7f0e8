"""Many inputs are certified at once, whatever room the service has, by both clients with one result."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from certify_client import (
    AsyncCertificationClient,
    CertificationClient,
    Given,
    JobNotFound,
    Outcome,
    Parameters,
    RequestRefused,
    ServiceUnavailable,
    State,
    UnusableFile,
)
from certify_client.input_files import TensorFile
from tests.support.gateway import running_gateway
from tests.support.models import write_models
from tests.support.stack import running_stack

POINTS = [np.array([0.25 * i + 0.25, 0.0]) for i in range(12)]
ASKED = Parameters("half-space", "first_order", sigma=0.5, n=500, seed=1)


@pytest.fixture(scope="module")
def narrow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that takes three open jobs, no more."""
    folder = tmp_path_factory.mktemp("narrow")
    write_models(folder / "models")
    with (
        running_stack(folder, folder / "models", processes=1) as stack,
        running_gateway(folder, stack.server.url, folder / "models", max_active_jobs=3) as gateway,
    ):
        yield gateway.url


def radii(outcomes: list[Outcome]) -> dict[int, float]:
    return {each.index: -1.0 if each.certificate is None else each.certificate.radius for each in outcomes}


def test_a_window_wider_than_the_service(narrow_url: str, client: CertificationClient) -> None:
    with CertificationClient(narrow_url) as narrow:
        ordered = list(narrow.certify_many(POINTS, ASKED))
        ended = list(narrow.certify_many(POINTS, ASKED, in_order=False, window=5))
    assert [each.index for each in ordered] == list(range(12))
    one_by_one = [client.wait(client.submit(point, ASKED).id).certificate for point in POINTS]
    expected = {index: made.radius for index, made in enumerate(one_by_one) if made is not None}
    assert len(expected) == 12
    assert radii(ordered) == radii(ended) == expected


def test_a_bad_input_is_an_outcome(client: CertificationClient, tmp_path: Path) -> None:
    given: list[Given] = [POINTS[0], tmp_path / "missing.npy", np.zeros(3), POINTS[1]]
    outcomes = list(client.certify_many(given, ASKED))
    assert [type(each.fault) for each in outcomes] == [type(None), UnusableFile, RequestRefused, type(None)]
    assert [each.job is None for each in outcomes] == [False, True, True, False]


def test_inputs_are_taken_as_they_are_needed(client: CertificationClient) -> None:
    taken: list[int] = []

    def endless() -> Iterator[TensorFile]:
        while True:
            taken.append(len(taken))
            yield TensorFile(POINTS[0])

    outcomes = client.certify_many(endless(), ASKED, window=2)
    assert [next(outcomes).index for _ in range(3)] == [0, 1, 2]
    assert len(taken) <= 6


def test_a_service_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify_client.many_jobs._PATIENCE_S", 0.0)
    with CertificationClient("http://127.0.0.1:1") as away, pytest.raises(ServiceUnavailable):
        list(away.certify_many(POINTS, ASKED))


def test_the_asyncio_client_has_the_same_methods() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(AsyncCertificationClient) == public(CertificationClient)


def test_the_asyncio_client_does_the_same(service_url: str, client: CertificationClient, digit: Path) -> None:
    async def use() -> list[Outcome]:
        async with AsyncCertificationClient(service_url) as concurrent:
            assert await concurrent.ready()
            assert (await concurrent.model("half-space")).name == "half-space"
            job = await concurrent.submit(digit, Parameters("mnist", n=500, seed=1))
            told = [standing.status async for standing in concurrent.events(job.id)]
            assert told[-1] is State.SUCCEEDED
            done = await concurrent.wait(job.id)
            assert done.certificate == client.get(job.id).certificate
            assert (await concurrent.picture(job.id)).startswith(b"<?xml")
            listed = [each.id async for each in concurrent.jobs(limit=3)]
            assert listed[0] == job.id
            with pytest.raises(JobNotFound):
                await concurrent.get("AAAAAAAAAAAAAAAAAAAAAA")
            run = await concurrent.runs.begin("points", {"model": "half-space", "sigma": 0.5, "n": 500})
            await concurrent.runs.add(run.id, "a", None, POINTS[0])
            assert [row.key async for row in concurrent.runs.rows(run.id)] == ["a"]
            return [each async for each in concurrent.certify_many(POINTS, ASKED)]

    assert radii(asyncio.run(use())) == radii(list(client.certify_many(POINTS, ASKED)))


def test_jobs_are_listed_page_by_page(client: CertificationClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [client.submit(point, ASKED).id for point in POINTS[:5]]
    monkeypatch.setattr("certify_client.calls._PAGE", 2)
    asked: list[str] = []
    client._driver.http.event_hooks["request"].append(lambda sent: asked.append(_cursor(sent)))
    assert [job.id for job in client.jobs(limit=5)] == made[::-1]
    assert len(asked) == 3
    assert asked[0] == ""
    assert len(set(asked)) == 3
    first = next(iter(client.jobs()))
    assert (first.id, len(asked)) == (made[-1], 4)
    picked = client.jobs(model="half-space", certifier="first_order", limit=5)
    assert [job.id for job in picked] == made[::-1]
    assert list(client.jobs(model="nowhere")) == list(client.jobs(key="no row")) == []


def _cursor(sent: httpx.Request) -> str:
    cursor: str = sent.url.params.get("cursor", "")
    return cursor
