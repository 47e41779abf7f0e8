"""A certifier that is registered, and no more, goes from a request over HTTP to a verified certificate."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import httpx

from tests.support.extended_service import certified, verified
from tests.support.toy_certifier import NAME

PROGRAM = "tests.support.toy_certifier"
ASKED: dict[str, Any] = {
    "model": "half-space",
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "sigma": 0.5,
    "n": 20_000,
    "seed": 7,
}


def test_it_is_certified_and_verified_where_it_is_registered(extended: httpx.Client) -> None:
    job, plain = (
        certified(extended, {**ASKED, "certifier": NAME}),
        certified(extended, {**ASKED, "certifier": "first_order"}),
    )
    certificate = job["certificate"]
    assert (
        certificate["certifier"] == certificate["claim"]["certifier"] == job["request"]["certifier"] == NAME
    )
    assert certificate["counts"] == plain["certificate"]["counts"]
    assert 0.4 < certificate["radius"] < plain["certificate"]["radius"]
    assert verified(job, PROGRAM) == 0
    certificate["radius"] += 1e-6
    assert verified(job, PROGRAM) == 1
    assert verified(job) == 2


def test_a_job_of_it_ends_at_a_stop_radius(extended: httpx.Client) -> None:
    job = certified(extended, {**ASKED, "certifier": NAME, "n": 200_000, "stop": {"radius": 0.3}})
    assert job["certificate"]["ended_by"] == "stop_radius"
    assert job["certificate"]["n"] < 200_000
    assert verified(job, PROGRAM) == 0


def test_the_api_names_it(extended: httpx.Client) -> None:
    description = extended.get("/openapi.json").json()
    assert description["components"]["schemas"]["Certifier"]["enum"][-1] == NAME
    refused = extended.post("/v1/certifications", json=ASKED | {"certifier": "third_order"})
    assert refused.status_code == 422
    assert f"'dipole' or '{NAME}'" in refused.text


def test_the_command_line_names_it() -> None:
    command = [sys.executable, "-m", PROGRAM, "certify_client", "file", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True).stdout
    assert NAME in told
