"""A folder becomes a run; a bad file is a row with its reason; rows are sorted and filtered."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.digit_pictures import write_digits
from tests.support.drawn_lines import is_stepped
from tests.support.hostile import HOSTILE
from tests.support.wait import wait_until

ROWS = 50
PATIENT_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty digits in folders of their classes, one named with markup, and a file that is no picture."""
    folder = write_digits(tmp_path_factory.mktemp("data") / "digits")
    for picture in folder.rglob("*.png"):
        if int(picture.stem) >= ROWS // 10:
            picture.unlink()
    (folder / "0" / "0.png").rename(folder / "0" / f"{HOSTILE}.png")
    (folder / "3" / "broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("about the digits")
    return folder


@pytest.fixture(scope="module")
def run_id(context: BrowserContext, folder: Path) -> Iterator[str]:
    """A run that the page has made of the folder and sent whole."""
    page = context.new_page()
    page.goto("/?view=certify&n=1000&certifier=first_order")
    page.get_by_label("or a folder, as a run").set_input_files(folder)
    expect(page.locator(".frame")).to_contain_text("51 pictures, 51 with a label. Other files, left out: 1")
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("main")).to_contain_text("51 of 51 files are sent.", timeout=PATIENT_MS)
    refused = page.get_by_role("row").filter(has_text="3/broken.png")
    expect(refused).to_contain_text("not a readable image")
    yield parse_qs(urlsplit(page.url).query)["id"][0]
    page.close()


def test_the_curve_and_the_counts_are_those_of_all_rows(page: Page, http: httpx.Client, run_id: str) -> None:
    wait_until(lambda: http.get(f"/v1/runs/{run_id}").json()["rows"]["succeeded"] == ROWS, "all rows")
    page.goto(f"/?view=run&id={run_id}")
    expect(page.get_by_text("51 of 51 have ended, 50 succeeded, 1 refused")).to_be_visible()
    expect(page.get_by_text("the run is complete")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    shown = page.locator("div", has=page.get_by_text("Mean radius", exact=True)).last
    mean = http.get(f"/v1/runs/{run_id}").json()["summary"]["average_certified_radius"]
    assert float(shown.locator(".value").inner_text()) == pytest.approx(mean, abs=1e-3)
    expect(page.locator("svg .line.certified")).to_be_visible()
    assert is_stepped(page.locator("svg .line.certified"))
    expect(page.locator("svg .band")).to_be_visible()
    points = http.get(f"/v1/runs/{run_id}/curve").json()["points"]
    chart = page.get_by_role("img", name="accuracy against radius")
    for _ in range(47):
        chart.press("ArrowRight")
    place = 47 / 50 * 1.05 * points[-1]["radius"]
    share = next(point["share"] for point in points if point["radius"] >= place)
    expect(page.locator(".read")).to_contain_text(f"accuracy, 95 % band {share:.3f}")
    expect(page.get_by_role("row")).to_have_count(ROWS + 2)
    expect(page.get_by_role("table", name="Rows of the run")).to_contain_text(f"0/{HOSTILE}.png")
    expect(page).not_to_have_title("owned")


def test_rows_are_sorted_and_filtered_and_the_address_keeps_both(page: Page, run_id: str) -> None:
    page.goto(f"/?view=run&id={run_id}&sort=Radius")
    radii = page.locator("tbody tr:not(:has(.fault)) td:nth-child(3)")
    expect(radii).to_have_count(ROWS)
    rising = radii.all_inner_texts()
    assert rising == sorted(rising)
    page.get_by_role("button", name="Radius").click()
    expect(page.get_by_role("columnheader", name="Radius")).to_have_attribute("aria-sort", "descending")
    assert radii.all_inner_texts() == sorted(rising, reverse=True)
    page.get_by_label("Show").select_option("failed")
    expect(radii).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Show")).to_have_value("failed")
    expect(page.get_by_role("columnheader", name="Radius")).to_have_attribute("aria-sort", "descending")


def test_a_refused_file_is_told_with_its_reason_also_after_a_reload(page: Page, run_id: str) -> None:
    page.goto(f"/?view=run&id={run_id}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(ROWS + 1)
    expect(rows.first).to_contain_text("3/broken.png")
    expect(rows.first).to_contain_text("not a readable image")
    page.get_by_label("Show").select_option("refused")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Show").select_option("abstained")
    expect(page.get_by_text("No row is like this.")).to_be_visible()
    page.goto("/?view=runs&status=complete")
    expect(rows.filter(has_text="51 of 51")).to_have_count(1)


def test_a_table_is_downloaded(page: Page, run_id: str) -> None:
    page.goto(f"/?view=run&id={run_id}")
    heads = {}
    for name, lines in (("CSV", ROWS + 1), ("TSV", ROWS + 1), ("JSON lines", ROWS), ("Refused files", 1)):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        head, *others = waiting.value.path().read_text().splitlines()
        assert len(others) == lines - 1
        heads[name] = head
    assert heads["CSV"].split(",") == heads["TSV"].split("\t")
    refused = json.loads(heads["Refused files"])
    assert refused["key"] == "3/broken.png"
    assert "not a readable image" in refused["reason"]


def test_a_run_without_labels_shows_its_radii(page: Page, http: httpx.Client, folder: Path) -> None:
    run = f"/v1/runs/{unlabelled(http, folder)}"
    page.goto(f"/?view=run&id={run.rpartition('/')[2]}")
    found = http.get(run).json()["summary"]
    rows = http.get(f"{run}/rows").json()["rows"]
    radii = sorted(row["radius"] for row in rows)
    for name, expected in (("Mean radius", found["mean_radius"]), ("Median radius", radii[1])):
        shown = page.locator("div", has=page.get_by_text(name, exact=True)).last.locator(".value")
        expect(shown).to_have_text(f"{math.floor(expected * 1000) / 1000:.3f}")
    certified = sum(not row["abstained"] for row in rows)
    expect(page.get_by_text(f"{certified} of 4; 95")).to_be_visible()
    expect(page.locator("svg .band")).to_be_visible()
    expect(page.get_by_text("certified, 95 % band")).to_be_visible()
    expect(page.get_by_role("button", name="Refused files")).to_be_hidden()


def unlabelled(http: httpx.Client, folder: Path) -> str:
    """Return a run over three digits and a grey picture, which has ended and has no labels."""
    fields = {"name": "bare", "model": "mnist", "n": 1000, "certifier": "first_order", "expected_rows": 4}
    run = str(http.post("/v1/runs", json=fields).json()["id"])
    grey = io.BytesIO()
    Image.new("L", (28, 28), 110).save(grey, "PNG")
    digits = [(folder / digit / "1.png").read_bytes() for digit in "178"]
    for key, picture in enumerate([grey.getvalue(), *digits]):
        http.post(f"/v1/runs/{run}/rows", data={"key": str(key)}, files={"image": picture}).raise_for_status()
    wait_until(lambda: http.get(f"/v1/runs/{run}").json()["rows"]["succeeded"] == 4, "all rows", 60)
    return run


def test_another_run_is_compared_and_a_run_is_cancelled(page: Page, http: httpx.Client, run_id: str) -> None:
    fields = {"name": "other", "model": "mnist", "n": 1000}
    other = http.post("/v1/runs", json=fields).json()["id"]
    page.goto(f"/?view=run&id={other}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("the run is cancelled")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    page.get_by_label("Other run").select_option(run_id)
    expect(page.get_by_text("0 inputs ended in both runs")).to_be_visible()
    page.goto("/?view=runs")
    page.get_by_label("State").select_option("cancelled")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("other")


def test_radii_of_the_same_inputs_are_compared(
    page: Page, http: httpx.Client, run_id: str, folder: Path
) -> None:
    fields = {"name": "twice", "model": "mnist", "n": 2000, "certifier": "first_order"}
    twice = http.post("/v1/runs", json=fields).json()["id"]
    for digit in (1, 7):
        with (folder / str(digit) / "0.png").open("rb") as picture:
            row = {"key": f"{digit}/0.png", "label": str(digit)}
            answer = http.post(f"/v1/runs/{twice}/rows", data=row, files={"image": picture})
        assert answer.status_code == 202
    wait_until(lambda: http.get(f"/v1/runs/{twice}").json()["rows"]["succeeded"] == 2, "both rows")
    page.goto(f"/?view=run&id={run_id}")
    page.get_by_label("Other run").select_option(twice)
    expect(page.get_by_text("2 inputs ended in both runs; 2 are certified in both")).to_be_visible()
    expect(page.get_by_text("1\u202f% larger for 100")).to_be_visible()
