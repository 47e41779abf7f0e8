"""The lists show hundreds of jobs in pages, follow what is new, and filter by state."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.page_jobs import ended_job, ended_row
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
    page.clock.install()
    page.goto("/?view=jobs&status=cancelled")
    expect(page.locator("tbody tr")).to_have_count(50)
    made = submission(model="newcomer")
    behind.store.cancel(behind.store.create(made.spec, made.input_bytes).job_id)
    page.clock.fast_forward(10_000)
    expect(page.locator("tbody tr").first).to_contain_text("newcomer")
    expect(page).to_have_url(re.compile("status=cancelled"))


def test_the_view_of_workers_leads_to_the_queue(page: Page) -> None:
    page.goto("/?view=health")
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    page.get_by_role("link", name="Your jobs in the queue").click()
    expect(page).to_have_url(re.compile("view=jobs&status=queued"))


def test_jobs_are_picked_by_model_certifier_and_key(page: Page, http: httpx.Client) -> None:
    ended_job(http, model="marked-up", certifier="dipole")
    row = ended_row(http, "cats/1.png")
    rows = page.locator("tbody tr")
    page.goto("/?view=jobs&certifier=dipole")
    page.get_by_label("Model").select_option("marked-up")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("marked-up")
    page.goto("/?view=jobs")
    page.get_by_label("Input of a run begins with").fill("cats/")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("cats/1.png")
    page.reload()
    expect(page.get_by_label("Input of a run begins with")).to_have_value("cats/")
    expect(rows.get_by_role("link")).to_have_attribute("href", re.compile(row))
    page.get_by_label("State").select_option("cancelled")
    expect(page.get_by_text("Nothing among the newest is like this.")).to_be_visible()


def test_a_wrong_row_looks_like_no_success(page: Page, http: httpx.Client) -> None:
    row = ended_row(http, "cats/2.png", label="1")
    page.goto("/?view=jobs&key=cats/2")
    state = page.locator("tbody .state")
    expect(state).to_have_text("certified, wrong")
    page.locator(f"a[href*='{row}']").click()
    expect(page.get_by_text("This answer is wrong: the input's label in its run is class 1.")).to_be_visible()
    expect(page.locator(".state.failed")).to_have_text("certified, wrong")
    colours = page.evaluate(
        "[...document.querySelectorAll('.target, .fault')].map(one => getComputedStyle(one).color)"
    )
    assert len(set(colours)) == 1


def test_runs_are_picked_by_name(page: Page, http: httpx.Client) -> None:
    for name in ("cats of May", "dogs of May"):
        http.post("/v1/runs", json={"name": name, "model": "mnist", "n": 1000}).raise_for_status()
    page.goto("/?view=runs&certifier=second_order&name=cats")
    expect(page.get_by_label("Name begins with")).to_have_value("cats")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("cats of May")


def test_a_filter_that_nothing_passes_says_so(page: Page) -> None:
    page.goto("/?view=jobs")
    page.get_by_label("State").select_option("failed")
    expect(page.get_by_text("is like this.")).to_be_visible()
