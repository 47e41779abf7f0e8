"""Photograph the page in a browser for docs/page.md and README.

    python -m scripts.page_screenshots docs/screenshots

Starts the whole service on free ports, certifies a sample and a run over forty digits through the page, and
writes ``certify.png``, ``certificate.png`` and ``run.png``. Needs the ``test`` extra and Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.service import running

EXAMPLES: Final = Path("examples")
MODELS: Final = Path("models")
SIZE: Final = (1280, 860)
COLOURS: Final = 160
"""Of each picture: greys and a few hues, so that the files stay small."""
MOVES: Final = ((0, 0), (2, 0), (0, 2), (-2, -2))
"""Pixels by which each digit is moved, so that the run's radii differ."""
PATIENT_MS: Final = 120_000


def main() -> None:
    """Start the service, walk through the page and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory(prefix="certify-page-") as place,
        running(MODELS, Path(place) / "data", processes=1, threads=1) as client,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        width, height = SIZE
        page = browser.new_page(base_url=client.url, viewport={"width": width, "height": height})
        _certify(page, folder)
        _run(page, folder, _digits(Path(place) / "digits"))
        browser.close()


def _certify(page: Page, folder: Path) -> None:
    page.goto("/?view=certify&model=mnist&sample=digit-7&n=20000&certifier=second_order")
    expect(page.get_by_text("if all 20")).to_be_visible()
    expect(page.locator("canvas").nth(8)).to_be_visible()
    _write(page, folder / "certify.png")
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.get_by_role("heading", name="Least score against distance")).to_be_visible(timeout=PATIENT_MS)
    page.mouse.move(0, 0)
    _write(page, folder / "certificate.png")


def _run(page: Page, folder: Path, digits: Path) -> None:
    page.goto("/?view=certify&model=mnist&n=2000&certifier=second_order")
    page.get_by_label("or a folder, as a run").set_input_files(digits)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("40 of 40 have ended, 40 succeeded")).to_be_visible(timeout=PATIENT_MS)
    page.wait_for_timeout(3000)  # the curve is drawn at most that much later
    page.mouse.move(0, 0)
    _write(page, folder / "run.png")


def _digits(folder: Path) -> Path:
    """Write each example digit, moved by some pixels, into a folder of its class."""
    for digit in range(10):
        picture = Image.open(EXAMPLES / f"digit-{digit}.png").convert("L")
        (folder / str(digit)).mkdir(parents=True)
        for number, (right, down) in enumerate(MOVES):
            ImageChops.offset(picture, right, down).save(folder / str(digit) / f"{number}.png")
    return folder


def _write(page: Page, path: Path) -> None:
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(COLOURS).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
