"""Where a key's limit on requests is reached while a folder is sent, the page says so, waits and goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.support.api_keys import SELDOM, SELDOM_A_MINUTE
from tests.support.gateway import Gateway

PICTURES = 8
SAID = f"This key may make {SELDOM_A_MINUTE} requests a minute."


def test_a_folder_is_sent_as_slowly_as_the_service_asks(
    page: Page, keyed: Gateway, repository: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    for i in range(PICTURES):
        shutil.copy(repository / "examples" / "digit-7.png", folder / f"{i}.png")
    refused: list[int] = []
    page.on("response", lambda answer: refused.append(answer.status) if answer.status >= 400 else None)
    page.goto(f"{keyed.url}/?view=certify&n=1000&certifier=first_order")
    page.get_by_role("textbox", name="API key").fill(SELDOM)
    page.keyboard.press("Enter")
    page.get_by_label("or a folder, as a run").set_input_files(folder)
    start = page.get_by_role("button", name="Start the run")
    expect(start).to_be_visible()
    with httpx.Client(headers={"Authorization": f"Bearer {SELDOM}"}) as other:
        while other.get(f"{keyed.url}/v1/models/mnist").is_success:
            pass
    start.click()
    expect(page.get_by_text(SAID).first).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{PICTURES} of {PICTURES} files are sent.", timeout=60_000)
    expect(page.get_by_text("the run is complete")).to_be_visible(timeout=60_000)
    assert 429 in refused
