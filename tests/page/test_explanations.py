"""Beside each choice stands a line of explanation, which follows the choice."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_the_explanation_follows_the_choice(page: Page) -> None:
    page.goto("/?view=certify&certifier=dipole")
    expect(page.get_by_text("Counts pairs of opposite noise.")).to_be_visible()
    page.get_by_label("Certifier").select_option("first_order")
    expect(page.get_by_text("Counts the votes alone.")).to_be_visible()
    expect(page.get_by_text("Counts pairs of opposite noise.")).to_be_hidden()
