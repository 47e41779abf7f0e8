"""The lists show hundreds of jobs in pages, follow what is new, and filter by state."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.specs import submission
from tests.support.stack import Stack

JOBS = 500


@pytest.fixture(scope="module", autouse=True)
def many(behind: Stack) -> None:
    """Jobs that have ended: each is cancelled before a worker hears of it."""
    made = submission(model="mnist")
    for _ in range(JOBS):
        behind.store.cancel(behind.store.create(made.spec, made.input_bytes).job_id)


def test_five_hundred_jobs_are_listed(page: Page) -> None:
    page.goto("/?view=jobs")
    rows = page.locator("tbody tr")
    older = page.get_by_role("button", name="Show older ones")
    for shown in range(50, JOBS, 50):
        expect(rows).to_have_count(shown)
        older.click()
    expect(rows).to_have_count(JOBS)


def test_a_new_job_appears_by_itself(page: Page, behind: Stack) -> None:
    page.goto("/?view=jobs&status=cancelled")
    expect(page.locator("tbody tr")).to_have_count(50)
    made = submission(model="newcomer")
    behind.store.cancel(behind.store.create(made.spec, made.input_bytes).job_id)
    expect(page.locator("tbody tr").first).to_contain_text("newcomer", timeout=20_000)
    expect(page).to_have_url(re.compile("status=cancelled"))


def test_a_filter_that_nothing_passes_says_so(page: Page) -> None:
    page.goto("/?view=jobs")
    page.get_by_label("State").select_option("failed")
    expect(page.get_by_text("Nothing in the list is in this state.")).to_be_visible()
