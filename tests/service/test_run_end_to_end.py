"""A run of digits from HTTP to its table: the sums are those of the rows, and every row verifies."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from scipy.stats import binomtest

from tests.support.gateway import running_gateway
from tests.support.places import ROOT
from tests.support.stack import running_stack
from tests.support.wait import wait_until
from verification.certificate_check import verify

RADII = [0.1, 0.3, 0.5]
WRONG = 3
"""The digit that is given a wrong label."""


@pytest.fixture(scope="module")
def service(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("service")
    models = folder / "models"
    shutil.copytree(repository / "models" / "mnist", models / "mnist")
    with (
        running_stack(folder, models, processes=1) as stack,
        running_gateway(folder, stack.server.url, models) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        yield client


def ended_run(service: httpx.Client, labels: dict[int, int | None], **asked: Any) -> dict[str, Any]:
    """Return a run of these digits with these labels, all of whose rows have succeeded."""
    common = {"name": "digits", "model": "mnist", "sigma": 0.25, "n": 1000, "n0": 50}
    path = service.post("/v1/runs", json={**common, **asked}).headers["location"]
    for digit, label in labels.items():
        fields = (
            {"key": f"digit-{digit}"} if label is None else {"key": f"digit-{digit}", "label": str(label)}
        )
        image = (ROOT / "examples" / f"digit-{digit}.png").read_bytes()
        answer = service.post(f"{path}/rows", data=fields, files={"image": image})
        assert answer.status_code == 202, answer.text
    wait_until(lambda: service.get(path).json()["rows"]["succeeded"] == len(labels), "the rows")
    found: dict[str, Any] = service.get(path).json()
    return found


@pytest.fixture(scope="module")
def run(service: httpx.Client) -> dict[str, Any]:
    """A run whose ten rows have ended, one of them unlabelled."""
    labels = {digit: 8 if digit == WRONG else digit for digit in range(10)}
    return ended_run(service, {**labels, 9: None}, radii=RADII, seed=7)


@pytest.fixture(scope="module")
def rows(service: httpx.Client, run: dict[str, Any]) -> list[dict[str, str]]:
    table = service.get(f"/v1/runs/{run['id']}/results").text
    return list(csv.DictReader(io.StringIO(table), delimiter="\t"))


def test_the_summary_is_what_the_rows_say(run: dict[str, Any], rows: list[dict[str, str]]) -> None:
    labelled = [row for row in rows if row["label"]]
    correct = [row for row in labelled if row["abstained"] == "0" and row["predicted"] == row["label"]]
    assert (len(rows), len(labelled)) == (10, 9)
    assert len(correct) >= 6, "the shipped model knows most of the shipped digits"
    assert [row["key"] for row in labelled if row not in correct and row["abstained"] == "0"] == [
        f"digit-{WRONG}"
    ]
    summary = run["summary"]
    assert summary["smoothed"]["rows"] == len(correct)
    mean = sum(float(row["radius"]) for row in correct) / 9
    assert mean - 1e-8 < summary["average_certified_radius"] <= mean
    for told, radius in zip(summary["certified"], RADII, strict=True):
        reached = sum(float(row["radius"]) >= radius for row in correct)
        interval = binomtest(reached, 9).proportion_ci(0.95)
        assert (told["radius"], told["rows"], told["of"], told["share"]) == (radius, reached, 9, reached / 9)
        assert told["low"] == pytest.approx(interval.low, abs=1e-7)
        assert told["high"] == pytest.approx(interval.high, abs=1e-7)
    assert summary["clean"]["rows"] == sum(row["clean"] == row["label"] for row in labelled)
    assert summary["clean"]["of"] == 9
    assert summary["samples"] == summary["samples_asked"] == 10_000
    assert summary["false_certificates"] == pytest.approx(0.01)


def test_the_curve_has_every_radius(
    service: httpx.Client, run: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    curve = service.get(f"/v1/runs/{run['id']}/curve").json()
    correct = sorted(
        float(row["radius"]) for row in rows if row["abstained"] == "0" and row["predicted"] == row["label"]
    )
    assert [point["radius"] for point in curve["points"]] == [0.0, *correct]
    assert [point["rows"] for point in curve["points"]] == [
        len(correct),
        *(sum(other >= radius for other in correct) for radius in correct),
    ]


def test_the_curve_as_a_picture(service: httpx.Client, run: dict[str, Any]) -> None:
    answer = service.get(f"/v1/runs/{run['id']}/curve", headers={"Accept": "image/svg+xml"})
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.content)  # noqa: S314 - the picture is our own
    texts = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"certified accuracy", "radius (L2, input units)"} <= texts
    (line,) = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    heights = [float(point.split(",")[1]) for point in line.attrib["points"].split()]
    assert heights == sorted(heights), "the curve never rises: y grows downwards"
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polygon"))) == 1


def test_every_row_is_a_certification_that_verifies(
    service: httpx.Client, rows: list[dict[str, str]]
) -> None:
    for row in rows:
        job = service.get(f"/v1/certifications/{row['job']}").json()
        assert verify(job).faults == ()
        assert repr(job["certificate"]["radius"]) == row["radius"]
        assert job["certificate"]["abstained"] == bool(int(row["abstained"]))


def test_the_same_run_again_gives_the_same_table(
    service: httpx.Client, run: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    """Fed in another order: seeds follow from the keys."""
    other = ended_run(service, {9: None, 4: None, 0: None}, seed=run["request"]["seed"])
    again = {row["key"]: row["radius"] for row in service.get(f"/v1/runs/{other['id']}/rows").json()["rows"]}
    before = {row["key"]: float(row["radius"]) for row in rows}
    assert again == {key: before[key] for key in ("digit-9", "digit-4", "digit-0")}


def test_the_evidence_holds_every_certification(
    service: httpx.Client, run: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    answer = service.get(f"/v1/runs/{run['id']}/evidence")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert json.loads(archive.read("run.json")) == run
        assert names[1:] == [*(f"rows/{i:06}.json" for i in range(1, 11)), "rows.jsonl"]
        for name, row in zip(names[1:-1], rows, strict=True):
            job = json.loads(archive.read(name))
            assert job == service.get(f"/v1/certifications/{row['job']}").json()
    assert service.get(f"/v1/runs/{run['id']}/evidence").content == answer.content


def test_a_run_compared_with_one_of_another_certifier(
    service: httpx.Client, run: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    second = ended_run(service, {2: None, 5: None, 6: None}, certifier="dipole", seed=7)
    found = service.get(f"/v1/runs/{second['id']}/rows").json()["rows"]
    other = {row["key"]: row["radius"] for row in found}
    mine = {row["key"]: float(row["radius"]) for row in rows}
    (told,) = service.get(f"/v1/runs/{run['id']}/comparison", params={"with": second["id"]}).json()[
        "comparisons"
    ]
    changes = [other[key] / mine[key] - 1 for key in other if mine[key] > 0 < other[key]]
    assert (told["rows"], told["both"]) == (3, len(changes))
    assert told["mean_change"] == pytest.approx(sum(changes) / len(changes))
    assert told["gaining"] == sum(change > 0.01 for change in changes) / len(changes)
    assert sum(each["rows"] for each in told["histogram"]) == len(changes)
    assert len(told["histogram"]) == 11
