"""axe-core finds nothing serious or critical on any view, light or dark, or on lists on a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.page_jobs import ended_job
from tests.support.wait import wait_until

VIEWS = ("certify", "jobs", "runs", "models", "verify", "health", "job", "run")
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def job_id(http: httpx.Client) -> str:
    """A certification that has ended."""
    return str(ended_job(http)["id"])


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
    named = {"job": f"&id={job_id}&sample=digit-7", "run": f"&id={run_id}", "certify": "&sample=digit-7"}
    page.goto(f"/?view={view}{named.get(view, '')}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if view == "job":
        expect(page.get_by_role("heading", name="Least score against distance")).to_be_visible()
        page.get_by_role("button", name="Verify this certificate").click()
        page.get_by_role("button", name="Certify it by the other certifiers too").click()
        expect(page.get_by_text("the claim holds")).to_be_visible()
        expect(page.locator("svg .line.second_order")).to_be_visible()
    if view in ("jobs", "runs", "run"):
        expect(page.get_by_role("row").nth(1)).to_be_visible()
    assert grave(page, "light") == grave(page, "dark") == []
    if view in ("jobs", "run", "job"):
        page.set_viewport_size({"width": 360, "height": 800})
        page.evaluate("document.querySelectorAll('.chart details').forEach((one) => { one.open = true; })")
        assert grave(page, "light") == []
        assert page.locator("table").count() == page.locator("table:visible").count()
        hidden = "one => one.scrollWidth - one.clientWidth"
        assert {one.evaluate(hidden) for one in page.locator(".table").all()} == {0}
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def grave(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """What axe-core finds that matters, with the elements at fault."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    return [
        f"{scheme}: {one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in GRAVE
    ]
