"""The sums of a run equal those that SciPy gives from the rows, whatever has become of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import httpx
import pytest
from scipy.stats import beta

from jobs.store import JobStore
from tests.support.mixed_runs import RADII, ROWS, Made, mixed_run

LABELLED = [row for row in ROWS if row.becomes == "succeeded" and row.label is not None]
"""Accuracies are about these rows: a row that failed or was cancelled has no certificate."""
CORRECT = [row for row in LABELLED if row.predicted == row.label and row.radius > 0.0]
OUTWARD = 1e-7
"""By how much the ends of an interval may lie outside those of SciPy; never inside."""
STEP = Fraction(1, 10**9)


@pytest.fixture(scope="module")
def path(http: httpx.Client, shared_store: JobStore) -> str:
    return mixed_run(http, shared_store)


@pytest.fixture(scope="module")
def summary(http: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(path).json()["summary"]
    return found


def interval(rows: int, of: int) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) with 2.5 % on each side, by beta laws."""
    low = float(beta.ppf(0.025, rows, of - rows + 1)) if rows else 0.0
    high = float(beta.ppf(0.975, rows + 1, of - rows)) if rows < of else 1.0
    return low, high


def assert_share(told: dict[str, Any], rows: int, of: int) -> None:
    low, high = interval(rows, of)
    assert (told["rows"], told["of"], told["share"]) == (rows, of, rows / of)
    assert low - OUTWARD < told["low"] <= low
    assert high <= told["high"] < high + OUTWARD


def test_every_kind_of_row_is_there() -> None:
    assert len(ROWS) == 12
    assert (len(LABELLED), len(CORRECT)) == (8, 5)


def test_certified_accuracy(http: httpx.Client, path: str, summary: dict[str, Any]) -> None:
    assert [told["radius"] for told in summary["certified"]] == RADII
    for told in summary["certified"]:
        reached = sum(row.radius >= told["radius"] for row in CORRECT)
        assert_share(told, reached, len(LABELLED))
    assert [told["rows"] for told in summary["certified"]] == [4, 4, 3, 1], "0.1 + 0.2 is above 0.3"
    for told in http.get(f"{path}/curve").json()["points"]:
        assert_share(told, sum(row.radius >= told["radius"] for row in CORRECT), len(LABELLED))


def test_smoothed_and_clean_accuracy(summary: dict[str, Any]) -> None:
    assert_share(summary["smoothed"], len(CORRECT), len(LABELLED))
    known = [row for row in LABELLED if row.clean is not None]
    assert_share(summary["clean"], sum(row.clean == row.label for row in known), len(known))


def test_the_average_certified_radius_is_the_mean_rounded_down(summary: dict[str, Any]) -> None:
    mean = sum(Fraction(row.radius) for row in CORRECT) / len(LABELLED)
    told = Fraction(summary["average_certified_radius"])
    assert mean - 2 * STEP < told <= mean * (1 + Fraction(math.ulp(1.0)))


def test_radius_and_share_of_all_rows(http: httpx.Client, path: str, summary: dict[str, Any]) -> None:
    radii = [row.radius for row in ROWS if row.becomes == "succeeded"]
    assert_share(summary["any_class"], sum(radius > 0.0 for radius in radii), len(radii))
    mean = sum(map(Fraction, radii)) / len(radii)
    assert mean - 2 * STEP < Fraction(summary["mean_radius"]) <= mean * (1 + Fraction(math.ulp(1.0)))
    curve = http.get(f"{path}/curve", params={"reached": "certified"}).json()["points"]
    assert [told["radius"] for told in curve] == [0.0, *sorted(radius for radius in radii if radius)]
    for told in curve:
        assert_share(told, sum(radius >= max(told["radius"], 1e-300) for radius in radii), len(radii))


def test_what_is_counted_beside(http: httpx.Client, path: str, summary: dict[str, Any]) -> None:
    run = http.get(path).json()
    rows = {kind: sum(row.becomes == kind for row in ROWS) for kind in ("succeeded", "failed", "cancelled")}
    assert rows.items() <= run["rows"].items()
    assert (run["rows"]["total"], run["rows"]["queued"], run["rows"]["labelled"]) == (12, 1, len(LABELLED))
    assert run["rows"]["abstained"] == sum(row.becomes == "succeeded" and row.radius == 0.0 for row in ROWS)
    assert summary["false_certificates"] == pytest.approx(0.001 * rows["succeeded"])
    assert (summary["samples"], summary["samples_asked"]) == (9 * 1000, 11 * 1000)


KINDS: dict[str, Callable[[Made], bool]] = {
    "wrong": lambda row: row in LABELLED and row not in CORRECT,
    "abstained": lambda row: row.becomes == "succeeded" and row.radius == 0.0,
    "failed": lambda row: row.becomes == "failed",
    "cancelled": lambda row: row.becomes == "cancelled",
    "open": lambda row: row.becomes == "open",
}


@pytest.mark.parametrize("among", KINDS)
def test_rows_are_listed_by_what_became_of_them(http: httpx.Client, path: str, among: str) -> None:
    listed = http.get(f"{path}/rows", params={"among": among}).json()["rows"]
    assert [row["key"] for row in listed] == [row.key for row in ROWS if KINDS[among](row)]
