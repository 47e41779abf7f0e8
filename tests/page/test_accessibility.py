"""axe-core finds nothing serious or critical on any view, light or dark."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.wait import wait_until

VIEWS = ("certify", "jobs", "runs", "models", "health", "job", "run")
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def job_id(http: httpx.Client, repository: Path) -> str:
    """A certification that has ended."""
    picture = (repository / "examples" / "digit-7.png").read_bytes()
    fields = {"model": "mnist", "n": 2000}
    job = http.post("/v1/certifications", data=fields, files={"image": picture}).json()
    path = f"/v1/certifications/{job['id']}"
    wait_until(lambda: http.get(path).json()["finished_at"], "the job to end")
    return str(job["id"])


@pytest.fixture(scope="module")
def run_id(http: httpx.Client, repository: Path) -> str:
    """A run of one row that has ended."""
    run = str(http.post("/v1/runs", json={"name": "one", "model": "mnist", "n": 1000}).json()["id"])
    picture = (repository / "examples" / "digit-7.png").read_bytes()
    row = {"key": "digit-7", "label": "7"}
    http.post(f"/v1/runs/{run}/rows", data=row, files={"image": picture}).raise_for_status()
    wait_until(lambda: http.get(f"/v1/runs/{run}").json()["rows"]["succeeded"], "the row to end")
    return run


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_shuts_anyone_out(page: Page, job_id: str, run_id: str, view: str) -> None:
    named = {"job": f"&id={job_id}", "run": f"&id={run_id}", "certify": "&sample=digit-7"}
    page.goto(f"/?view={view}{named.get(view, '')}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if view == "job":
        expect(page.get_by_role("heading", name="Least score against distance")).to_be_visible()
    if view in ("jobs", "runs", "run"):
        expect(page.get_by_role("row").nth(1)).to_be_visible()
    assert grave(page, "light") == grave(page, "dark") == []


def grave(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """What axe-core finds that matters, with the elements at fault."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    return [
        f"{scheme}: {one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in GRAVE
    ]
