"""How many runs there may be: of one owner, and of all together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.api_keys import ALICE, BOB, KEYS, entry, replace
from tests.support.gateway import Gateway, running_gateway
from tests.support.problems import check_problem
from tests.support.server import running_server

RUN = {"name": "points", "model": "plane", "sigma": 0.5}
MANY = "certify_" + "m" * 43


@pytest.fixture
def small(models_dir: Path, keys_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that keeps four runs, two of an owner, on a server of its own."""
    with (
        running_server(tmp_path_factory.mktemp("valkey")) as server,
        running_gateway(
            tmp_path_factory.mktemp("gateway"),
            server.url,
            models_dir,
            keys_file=keys_file,
            max_runs=4,
            max_runs_of_a_key=2,
        ) as gateway,
    ):
        replace(keys_file, KEYS + entry("many", MANY, max_runs=3))
        yield gateway
        replace(keys_file, KEYS)


def begin(gateway: Gateway, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{gateway.url}/v1/runs", json=RUN, headers=headers, timeout=60)


def stored(gateway: Gateway, key: str) -> list[str]:
    headers = {"Authorization": f"Bearer {key}"}
    listed = httpx.get(f"{gateway.url}/v1/runs", headers=headers, timeout=60).json()["runs"]
    return [run["id"] for run in listed]


def test_an_owner_has_so_many_runs_and_no_more(small: Gateway) -> None:
    kept = [begin(small, ALICE).json()["id"] for _ in range(2)]
    refused = begin(small, ALICE)
    problem = check_problem(refused, "too-many-runs", 429)
    assert "runs are deleted some time after their last row ended" in problem["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert stored(small, ALICE) == kept[::-1]
    assert begin(small, BOB).status_code == 201, "the runs of others do not count"


def test_a_cancelled_run_counts_until_it_is_deleted(small: Gateway) -> None:
    run = begin(small, ALICE).json()["id"]
    begin(small, ALICE)
    headers = {"Authorization": f"Bearer {ALICE}"}
    httpx.delete(f"{small.url}/v1/runs/{run}", headers=headers, timeout=60)
    check_problem(begin(small, ALICE), "too-many-runs", 429)


def test_a_key_has_so_many_runs_and_no_more(small: Gateway) -> None:
    assert [begin(small, MANY).status_code for _ in range(4)] == [201, 201, 201, 429]


def test_all_together_have_so_many_runs(small: Gateway) -> None:
    assert [begin(small, key).status_code for key in (ALICE, MANY, MANY, MANY)] == [201] * 4
    refused = begin(small, BOB)
    check_problem(refused, "overloaded", 503)
    assert int(refused.headers["retry-after"]) > 0
    assert stored(small, BOB) == []
