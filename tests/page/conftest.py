"""The system's Chromium against a real gateway and worker. A test fails if the page reports an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support.api_keys import ALICE, SELDOM, SELDOM_A_MINUTE, entry
from tests.support.gateway import Gateway, running_gateway
from tests.support.hostile import HOSTILE
from tests.support.stack import Stack, running_stack

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
REPORT_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content-Security-Policy: ${event.violatedDirective} refused ${event.blockedURI}`));
"""
STATUS_OF_AN_ANSWER: Final = "Failed to load resource"
"""Chromium logs this of any answer of status 400 or more; a refusal that the page shows is no fault."""
PATIENT_MS: Final = 60_000
"""What the page does not show by then it never shows: on a slow machine everything takes longer."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder. It ends with its tests: its event loop would disturb others."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("There is no Chromium: apt-get install chromium")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def behind(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Server and worker, with the models of digits and of the plane, and one whose words are markup."""
    models = tmp_path_factory.mktemp("models")
    for name in ("mnist", "marked-up"):
        shutil.copytree(repository / "models" / "mnist", models / name)
    shutil.copytree(repository / "models" / "swiss-roll", models / "swiss-roll")
    about = models / "marked-up" / "model.toml"
    text = about.read_text().replace('name = "mnist"', 'name = "marked-up"')
    lines = [
        f'description = "{HOSTILE}"' if line.startswith("description") else line for line in text.splitlines()
    ]
    about.write_text("\n".join(lines).replace('"7"', f'"{HOSTILE}"'))
    with running_stack(tmp_path_factory.mktemp("page"), models, processes=1) as stack:
        yield stack


@pytest.fixture(scope="package")
def gateway(behind: Stack) -> Iterator[Gateway]:
    with running_gateway(behind.folder, behind.server.url, behind.models_dir) as gateway:
        yield gateway


@pytest.fixture(scope="package")
def keyed(behind: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that asks for a key: Alice's, or the one that may ask seldom."""
    folder = tmp_path_factory.mktemp("keyed")
    keys = folder / "keys.toml"
    keys.write_text(entry("alice", ALICE) + entry("seldom", SELDOM, requests_per_minute=SELDOM_A_MINUTE))
    with running_gateway(folder, behind.server.url, behind.models_dir, keys_file=keys) as gateway:
        yield gateway


@pytest.fixture(scope="package")
def http(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="package")
def context(browser: Browser, gateway: Gateway) -> Iterator[BrowserContext]:
    """One profile, which starts its processes once. The page keeps nothing in it (``test_keys``)."""
    context = browser.new_context(base_url=gateway.url, reduced_motion="reduce")
    context.new_page().goto("/health/live")  # the process of a site ends with its last tab
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty tab at the gateway's address; what goes wrong in it fails the test at its end."""
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    expect.set_options(timeout=PATIENT_MS)
    faults: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_OF_AN_ANSWER):
            faults.append(message.text)

    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"not caught: {error}"))
    page.add_init_script(REPORT_VIOLATIONS)
    yield page
    page.close()
    assert faults == []
