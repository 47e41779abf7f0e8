"""The same picture by all certifiers: a table, three curves, and what is said where the picture is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.page_jobs import ended_job

BUTTON = "Certify it by the other certifiers too"
CURVES = "section:has(> h2:text('Same input, all certifiers')) svg .line"


@pytest.fixture(scope="module")
def job(http: httpx.Client) -> dict[str, Any]:
    return ended_job(http, certifier="first_order", seed=3)


def test_all_certifiers_draw_their_curves_over_each_other(page: Page, job: dict[str, Any]) -> None:
    page.goto(f"/?view=job&id={job['id']}&sample=digit-7")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.locator(CURVES)).to_have_count(3)
    for certifier in ("first order", "second order", "dipole"):
        expect(page.get_by_role("row", name=certifier)).to_contain_text("2\u202f000")
    page.reload()
    expect(page.locator(CURVES)).to_have_count(3)


def test_the_largest_radius_is_named(page: Page, job: dict[str, Any]) -> None:
    page.goto(f"/?view=job&id={job['id']}&sample=digit-7")
    page.get_by_role("button", name=BUTTON).click()
    said = page.get_by_text("Largest: ")
    expect(said).to_be_visible()
    certifiers = ("first order", "second order", "dipole")
    radii = {
        name: float(page.get_by_role("row", name=name).locator("td").nth(1).inner_text())
        for name in certifiers
    }
    expect(said).to_contain_text(f"Largest: {max(radii, key=lambda name: radii[name])}.")


def test_a_certifier_that_refuses_the_parameters_says_why_in_its_row(page: Page, http: httpx.Client) -> None:
    job = ended_job(http, certifier="first_order", n=2001)
    page.goto(f"/?view=job&id={job['id']}&sample=digit-7")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("row", name="dipole")).to_contain_text("even")
    expect(page.locator(CURVES)).to_have_count(2)


def test_a_picture_that_is_gone_is_asked_for_again(page: Page, job: dict[str, Any], repository: Path) -> None:
    page.goto(f"/?view=job&id={job['id']}")
    expect(page.get_by_text("This page no longer has the picture")).to_be_visible()
    chooser = page.get_by_label("Choose the picture again", exact=True)
    chooser.set_input_files(repository / "examples" / "digit-4.png")
    expect(page.get_by_text("This is another picture")).to_be_visible()
    chooser.set_input_files(repository / "examples" / "digit-7.png")
    expect(page.get_by_role("heading", name="What a change of this size looks like")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_enabled()


def test_a_point_of_the_plane_outlives_a_reload(page: Page) -> None:
    page.goto("/?view=certify&model=swiss-roll&numbers=0.3,0.7&n=2000&certifier=first_order")
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.get_by_role("heading", name="The certified disc")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="The certified disc")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_enabled()
