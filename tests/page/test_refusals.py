"""What the service refuses is said on the page beside the field at fault."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize(
    ("label", "value"), [("Samples n", "-3"), ("Error eta", "2"), ("Noise sigma", "none")]
)
def test_a_refusal_stands_beside_its_field(page: Page, label: str, value: str) -> None:
    page.goto("/?view=certify&sample=digit-7")
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[aria-invalid=true]")).to_have_count(1)
    expect(field.locator("xpath=ancestor::div[@class='field']").locator(".fault")).not_to_be_empty()


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Samples n", "-3"),
        ("Samples n", "1000000000000"),
        ("Error eta", "2"),
        ("Noise sigma", "none"),
        ("k", "10"),
    ],
)
def test_what_is_refused_for_certain_is_not_asked(page: Page, label: str, value: str) -> None:
    page.goto("/?view=certify&sample=digit-7&decision=top_k&k=2&certifier=first_order")
    expect(page.locator(".plan")).to_contain_text("samples")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill({"Samples n": "1000", "k": "3"}.get(label, "0.5"))
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".plan")).to_contain_text("samples")
    assert refused == []


def test_a_file_that_is_no_picture_is_refused_beside_the_chooser(page: Page) -> None:
    page.goto("/")
    chooser = page.get_by_label("Choose a picture")
    chooser.set_input_files({"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(chooser).to_have_attribute("aria-invalid", "true")
    expect(chooser.locator("xpath=following-sibling::p[@role='alert']")).not_to_be_empty()
