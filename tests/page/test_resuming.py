"""A run whose sending was interrupted says what has not come, and goes on once the folder is chosen again."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.support.places import ROOT

PICTURES = 4


def test_the_folder_is_sent_again_and_what_has_come_stays(
    page: Page, http: httpx.Client, tmp_path: Path
) -> None:
    folder, picture = tmp_path / "digits" / "7", ROOT / "examples" / "digit-7.png"
    folder.mkdir(parents=True)
    for i in range(PICTURES):
        shutil.copy(picture, folder / f"{i}.png")
    asked = {"name": "digits", "model": "mnist", "n": 1000, "expected_rows": PICTURES}
    run = http.post("/v1/runs", json=asked).json()["id"]
    row = {"key": "7/0.png", "label": "7"}
    sent = http.post(f"/v1/runs/{run}/rows", data=row, files={"image": picture.read_bytes()}).json()
    page.goto(f"/?view=run&id={run}")
    expect(page.get_by_text(f"{PICTURES - 1} have not come")).to_be_visible()
    again = page.get_by_label("Send the folder again")
    again.set_input_files(folder.parent)
    expect(page.get_by_text("the run is complete")).to_be_visible()
    expect(again).to_be_hidden()
    rows = http.get(f"/v1/runs/{run}/rows").json()["rows"]
    assert (len(rows), rows[0]["job"]) == (PICTURES, sent["id"])
