"""When the service goes away the page says so, and goes on by itself when it is back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.gateway import running_gateway
from tests.support.stack import Stack


def test_a_job_is_followed_through_an_absence(page: Page, behind: Stack, tmp_path: Path) -> None:
    with running_gateway(tmp_path, behind.server.url, behind.models_dir) as gateway:
        page.clock.install()
        page.goto(f"{gateway.url}/?view=certify&sample=digit-7&n=100000000&certifier=first_order")
        page.get_by_role("button", name="Certify", exact=True).click()
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        gateway.process.kill()
        gateway.process.wait()
        expect(page.get_by_text("The service does not answer.")).to_be_visible()
    with running_gateway(tmp_path, behind.server.url, behind.models_dir, port=gateway.port):
        page.clock.fast_forward(3000)
        expect(page.get_by_text("The service does not answer.")).to_be_hidden()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".state")).to_contain_text("cancelled")
