"""Where the service asks for a key, the page asks for it and keeps it in memory alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.api_keys import ALICE
from tests.support.gateway import Gateway


def test_a_key_is_asked_for_and_forgotten_with_the_page(page: Page, keyed: Gateway) -> None:
    page.goto(f"{keyed.url}/?view=models")
    field = page.get_by_role("textbox", name="API key")
    field.fill("not-a-key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="not known here")).to_be_visible()
    field.fill(ALICE)
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_role("heading", name="mnist", exact=True)).to_be_visible()
    assert ALICE not in page.url
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert kept == '[{},{},""]'
    page.reload()
    expect(field).to_be_visible()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("heading", name="This cannot be shown")).to_be_visible()
