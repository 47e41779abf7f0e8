"""Beside each choice stands a line of explanation, which follows the choice."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_the_explanation_follows_the_choice(page: Page) -> None:
    page.goto("/?view=certify&certifier=dipole")
    expect(page.get_by_text("Counts pairs of opposite noise.")).to_be_visible()
    page.get_by_label("Certifier").select_option("first_order")
    expect(page.get_by_text("Counts the votes alone.")).to_be_visible()
    expect(page.get_by_text("Counts pairs of opposite noise.")).to_be_hidden()


def test_the_plan_says_why_results_of_second_order_stay_below_it(page: Page) -> None:
    page.goto("/?view=certify&certifier=second_order&n=2000")
    plan = page.locator(".plan")
    expect(plan).to_contain_text("By second order at most 0.")
    expect(plan).to_contain_text("Results are smaller: this takes the gradient to be zero")
    page.get_by_label("Certifier").select_option("first_order")
    expect(plan).to_contain_text("By first order at most 0.")
    expect(plan).not_to_contain_text("gradient")
