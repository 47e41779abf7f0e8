"""What runs is followed by its stream: no polling, and at most two requests a second."""

from __future__ import annotations

import time

import httpx
from playwright.sync_api import Page, Request, expect

from tests.support.places import ROOT

CHANGES = 6
ROWS = 40
A_SECOND = 2
"""Most requests of the page in a second."""


def asked_by(page: Page) -> list[str]:
    """Addresses that the page asks from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    return asked


def test_a_running_job_is_not_polled(page: Page) -> None:
    page.goto("/?view=certify&sample=digit-7&n=100000000&certifier=first_order")
    page.get_by_role("button", name="Certify", exact=True).click()
    progress = page.get_by_text("of 100\u202f000\u202f000 samples")
    expect(progress).to_be_visible()
    began, asked = time.monotonic(), asked_by(page)
    for _ in range(CHANGES):
        told = progress.inner_text()
        expect(progress).not_to_have_text(told)
    assert [url for url in asked if "/health/" not in url] == []
    assert len(asked) <= 1 + A_SECOND * (time.monotonic() - began)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_contain_text("cancelled")


def test_a_run_whose_rows_arrive_is_read_in_turns(page: Page, http: httpx.Client) -> None:
    asked = {"name": "many", "model": "mnist", "n": 1000, "certifier": "first_order", "expected_rows": ROWS}
    run = http.post("/v1/runs", json=asked).json()["id"]
    page.goto(f"/?view=run&id={run}")
    expect(page.get_by_text(f"{ROWS} have not come")).to_be_visible()
    began, seen = time.monotonic(), asked_by(page)
    picture = (ROOT / "examples" / "digit-7.png").read_bytes()
    for i in range(ROWS):
        row = {"key": str(i), "label": "7"}
        http.post(f"/v1/runs/{run}/rows", data=row, files={"image": picture}).raise_for_status()
    expect(page.get_by_text("the run is complete")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(ROWS + 1)
    assert [url for url in seen if url.endswith("/events")] == []
    assert len(seen) <= 4 + A_SECOND * (time.monotonic() - began)
