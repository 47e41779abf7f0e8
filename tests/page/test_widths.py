"""No view is wider than its window, from a telephone's 360 px to a large screen's, or hides a column."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.specs import submission
from tests.support.stack import Stack


@pytest.mark.parametrize("width", [360, 2560])
def test_no_view_scrolls_sideways(page: Page, http: httpx.Client, behind: Stack, width: int) -> None:
    name = "a-name-without-a-place-to-break-it-" * 5
    run = http.post("/v1/runs", json={"name": name, "model": "mnist", "n": 1000}).json()["id"]
    made = submission(model="mnist")
    job = behind.store.create(made.spec, made.input_bytes).job_id
    behind.store.cancel(job)
    page.set_viewport_size({"width": width, "height": 800})
    for view in ("certify", "jobs", "runs", "models", "verify", "health", f"job&id={job}", f"run&id={run}"):
        page.goto(f"/?view={view}&sample=digit-7" if view == "certify" else f"/?view={view}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
        if view in ("jobs", "runs"):
            cells = page.locator("tbody tr").first.locator("td")
            expect(cells).to_have_count({"jobs": 9, "runs": 8}[view])
            assert all(cell.is_visible() for cell in cells.all()), view
            edges = [box["x"] + box["width"] for cell in cells.all() if (box := cell.bounding_box())]
            assert max(edges) <= width, view
            named = cells.last.evaluate("cell => getComputedStyle(cell, '::before').content")
            assert named == ('"Made"' if width == 360 else "none")
