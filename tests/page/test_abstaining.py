"""A certification that abstains says so, and what to change."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_an_abstention_gives_its_reason(page: Page) -> None:
    page.goto("/?view=certify&model=mnist&sample=digit-7&sigma=3&n=1000&certifier=first_order")
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.locator(".radius")).to_have_text("abstained")
    expect(page.get_by_text("These samples do not single out a class.")).to_be_visible()
    expect(page.get_by_text("a smaller sigma")).to_be_visible()
