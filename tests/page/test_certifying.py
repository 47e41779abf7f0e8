"""A sample is certified on the page: by pointer, by keyboard alone, and cancelled midway."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.drawn_lines import is_stepped

RADIUS = re.compile(r"^0\.\d{3}$")
SAMPLE = "Sample digit-7"


def test_a_sample_gets_a_certified_radius(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name=SAMPLE).click()
    page.get_by_label("Samples n").fill("2000")
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.locator(".radius")).to_have_text(RADIUS)
    expect(page.locator(".state.certified")).to_be_visible()
    expect(page.get_by_role("button", name="Download JSON")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.goto("/")
    sample = page.get_by_role("button", name=SAMPLE)
    sample.wait_for()
    tab_to(page, f"[aria-label='{SAMPLE}']")
    page.keyboard.press("Enter")
    expect(sample).to_have_attribute("aria-pressed", "true")
    tab_to(page, "input[name=n]")
    page.keyboard.type("2000")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".radius")).to_have_text(RADIUS)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}.")


def test_a_running_job_can_be_cancelled(page: Page) -> None:
    page.goto("/?view=certify&sample=digit-7&n=100000000&certifier=first_order")
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.locator(".radius")).to_have_text(RADIUS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_have_text("cancelled, certified so far")
    expect(page.locator(".radius")).to_have_text(RADIUS)
    assert is_stepped(page.locator("svg .line.certified"))  # a radius holds until the next report
    table = page.get_by_role("group").filter(has_text="as a table").first
    table.get_by_text("as a table").click()
    expect(table.locator("tbody tr").last).to_contain_text(page.locator(".radius").inner_text())
