"""The names of a curve's lines stand below the picture, where they cover no line."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, expect

from tests.support.page_jobs import ended_job


def test_the_names_of_lines_cover_none_of_them(page: Page, http: httpx.Client) -> None:
    job = ended_job(http, certifier="second_order")
    page.goto(f"/?view=job&id={job['id']}&sample=digit-7")
    chart = page.locator("figure.chart", has=page.locator(".line.first_order"))
    names = chart.locator(".key")
    expect(names).to_have_text(["second order", "first order (dashed), for comparison"])
    picture, name = (place.bounding_box() for place in (chart.locator("svg"), names.first))
    assert picture is not None
    assert name is not None
    assert name["y"] >= picture["y"] + picture["height"]
