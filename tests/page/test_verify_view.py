"""A certificate is verified on a view of its own, by someone who has no job here."""

from __future__ import annotations

import json

import httpx
from playwright.sync_api import Page, expect

from tests.support.page_jobs import ended_job


def test_a_file_is_verified_without_a_job(page: Page, http: httpx.Client) -> None:
    content = json.dumps(ended_job(http)).encode()
    page.goto("/")
    page.get_by_role("link", name="Verify").click()
    chooser = page.get_by_label("A downloaded file: choose it, or drop it here")
    chooser.set_input_files({"name": "sent.json", "mimeType": "application/json", "buffer": content})
    expect(page.get_by_text("the claim holds")).to_be_visible()
    expect(page.get_by_role("button", name="Verify this certificate")).to_have_count(0)
