"""Markup in a label, a description or a file's name is shown as text."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.hostile import HOSTILE


def test_a_label_and_a_description_are_text(page: Page) -> None:
    page.goto("/?view=certify&model=marked-up&sample=digit-7&n=2000")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.locator(".state.certified")).to_be_visible()
    expect(page.locator("main")).to_contain_text(HOSTILE)
    expect(page).not_to_have_title("owned")
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("cell", name=HOSTILE).first).to_be_visible()
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("img[src=x]")).to_have_count(0)


def test_a_files_name_is_text(page: Page, repository: Path) -> None:
    page.goto("/")
    picture = (repository / "examples" / "digit-7.png").read_bytes()
    chooser = page.get_by_label("Choose a picture")
    chooser.set_input_files({"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": picture})
    expect(page.locator("main")).to_contain_text(f"{HOSTILE}.png as mnist sees it")
    expect(page.locator("img[src=x]")).to_have_count(0)
    expect(page).not_to_have_title("owned")
