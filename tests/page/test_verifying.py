"""A certificate is verified on the page: the shown one, and a file, whose faults are told in words."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.hostile import HOSTILE
from tests.support.page_jobs import ended_job


@pytest.fixture(scope="module")
def job(http: httpx.Client) -> dict[str, Any]:
    return ended_job(http)


@pytest.fixture
def card(page: Page, job: dict[str, Any]) -> Locator:
    """The part of the view that verifies."""
    page.goto(f"/?view=job&id={job['id']}&sample=digit-7")
    return page.locator("section", has=page.get_by_role("heading", name="Verify"))


def given(card: Locator, document: object, name: str = "certificate.json") -> None:
    content = json.dumps(document).encode()
    card.get_by_label("choose it, or drop it here").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": content}
    )


def test_the_shown_certificate_holds(card: Locator, job: dict[str, Any]) -> None:
    card.get_by_role("button", name="Verify this certificate").click()
    expect(card).to_contain_text(
        f"The claim holds: the counts support radius {job['certificate']['radius']}."
    )
    expect(card).to_contain_text("The model 'mnist' of this service")
    expect(card).to_contain_text("It does not show that this model and this input gave these counts")
    expect(card.locator("dt .state")).to_have_text(["passed"] * 7)


def test_a_tampered_file_fails_in_words(card: Locator, job: dict[str, Any]) -> None:
    certificate = job["certificate"] | {"radius": 2 * job["certificate"]["radius"]}
    given(card, job | {"certificate": certificate}, f"{HOSTILE}.json")
    expect(card).to_contain_text(f"{HOSTILE}.json: failed. The claim does not hold.")
    expect(card.locator("dt .state.failed")).to_have_count(1)
    expect(card.locator(".fault:not(:empty)")).to_contain_text("is too large: the counts support")


def test_a_file_whose_radius_agrees_says_where_the_fault_is_told(card: Locator, job: dict[str, Any]) -> None:
    given(card, job | {"request": job["request"] | {"n0": 99}})
    expect(card).to_contain_text("it fails the check of the request")


def test_a_certificate_alone_says_what_was_not_compared(card: Locator, job: dict[str, Any]) -> None:
    given(card, job["certificate"])
    expect(card.locator("dt .state")).to_have_text(["passed"] * 5 + ["not made"] * 2)
    expect(card).to_contain_text("could not be checked")


def test_a_file_that_is_no_certificate_is_refused_in_words(card: Locator) -> None:
    given(card, {"radius": 0.5}, "notes.json")
    fault = card.locator(".fault:not(:empty)")
    expect(fault).to_contain_text("notes.json cannot be verified: ended_by: is missing")


def test_a_dropped_file_is_verified(page: Page, card: Locator, job: dict[str, Any]) -> None:
    carried = page.evaluate_handle(
        "text => { const data = new DataTransfer();"
        " data.items.add(new File([text], 'dropped.json')); return data; }",
        json.dumps(job),
    )
    card.dispatch_event("drop", {"dataTransfer": carried})
    expect(card).to_contain_text("dropped.json: passed. The claim holds")
