"""A running job is followed by its stream alone: the page does not ask for it again and again."""

from __future__ import annotations

from playwright.sync_api import Page, Request, expect

CHANGES = 6


def test_a_running_job_is_not_polled(page: Page) -> None:
    page.goto("/?view=certify&sample=digit-7&n=100000000&certifier=first_order")
    page.get_by_role("button", name="Certify", exact=True).click()
    progress = page.get_by_text("of 100\u202f000\u202f000 samples")
    expect(progress).to_be_visible(timeout=30_000)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    for _ in range(CHANGES):
        told = progress.inner_text()
        expect(progress).not_to_have_text(told, timeout=30_000)
    assert [url for url in asked if "/health/" not in url] == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_contain_text("cancelled", timeout=30_000)
