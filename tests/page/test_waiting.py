"""Where a key's limit on requests is reached while a folder is sent, the page says so, waits and goes on."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.support.api_keys import SELDOM, SELDOM_A_MINUTE
from tests.support.gateway import Gateway

PICTURES = 8
SAID = f"This key may make {SELDOM_A_MINUTE} requests a minute."


@contextmanager
def asked_all_the_time(url: str) -> Iterator[None]:
    """Use up the requests of the key on this address, and keep them used up until the block ends."""
    used_up, over = threading.Event(), threading.Event()

    def ask() -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {SELDOM}"}) as other:
            while not over.is_set():
                if not other.get(url).is_success:
                    used_up.set()
                    over.wait(0.02)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            assert used_up.wait(60)
            yield
        finally:
            over.set()
            asking.result()


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
    with asked_all_the_time(f"{keyed.url}/v1/models/mnist"):
        start.click()
        expect(page.get_by_text(SAID).first).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{PICTURES} of {PICTURES} files are sent.")
    expect(page.get_by_text("the run is complete")).to_be_visible()
    assert 429 in refused
