"""Certifications of a shipped digit that tests of the page look at."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.places import ROOT
from tests.support.wait import wait_until


def ended_job(http: httpx.Client, **fields: object) -> dict[str, Any]:
    """Certify digit-7 by the model of digits, and return the job's answer."""
    picture = (ROOT / "examples" / "digit-7.png").read_bytes()
    asked = {"model": "mnist", "n": 2000, **fields}
    job = http.post("/v1/certifications", data=asked, files={"image": picture}).json()
    return _ended(http, job["id"])


def ended_row(http: httpx.Client, key: str, label: str = "7") -> str:
    """Certify digit-7 as the only row of a run, with this label, and return the id of its job."""
    picture = (ROOT / "examples" / "digit-7.png").read_bytes()
    run = http.post("/v1/runs", json={"name": "one", "model": "mnist", "n": 1000}).json()["id"]
    row = http.post(
        f"/v1/runs/{run}/rows", data={"key": key, "label": label}, files={"image": picture}
    ).json()
    return str(_ended(http, row["id"])["id"])


def _ended(http: httpx.Client, job_id: str) -> dict[str, Any]:
    path = f"/v1/certifications/{job_id}"
    wait_until(lambda: http.get(path).json()["finished_at"], "the job to end")
    found: dict[str, Any] = http.get(path).json()
    return found
