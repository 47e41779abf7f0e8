"""NumPy reads the tables as the field's scripts do, and finds the radii that the service certified."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from certify_client import CertificationClient
from certify_client.result_tables import Result, written
from certify_client.run_notes import note_path
from certify_client.table_reading import read_table
from tests.certify_client.conftest import Certify

POINTS = np.array([[1.0, 0.0], [0.5, 0.25], [0.0, 0.0], [-1.0, 0.0], [0.25, 3.0]], np.float64)
LABELS = np.array([1, 1, 1, 1, 1])
"""The point at the boundary has no certificate, and that on the other side is certified to be of class 0."""
RADII = [0.0, 0.125, 0.5]


def numbers(path: Path) -> NDArray[np.void]:
    """Read a table by names of columns, as a program does that knows nothing of this one."""
    table: NDArray[np.void] = np.genfromtxt(
        path, delimiter="\t", names=True, dtype=None, encoding="utf-8", comments="\0"
    )
    return table


@pytest.mark.parametrize("certifier", ["first_order", "second_order", "dipole"])
def test_certified_accuracy_as_the_field_computes_it(
    certify: Certify, client: CertificationClient, tmp_path: Path, certifier: str
) -> None:
    points, out = tmp_path / "points.npz", tmp_path / "results.tsv"
    np.savez(points, x=POINTS, y=LABELS)
    asked = (
        "--model",
        "half-space",
        "--sigma",
        "0.5",
        "--n",
        "4000",
        "--seed",
        "5",
        "--certifier",
        certifier,
    )
    interest = [part for radius in RADII[1:] for part in ("--radius", str(radius))]
    assert certify("dataset", points, *asked, *interest, "--out", out).returncode == 0
    table = numbers(out)
    assert table.dtype.names is not None
    assert table.dtype.names[:6] == ("idx", "label", "predict", "radius", "correct", "time")
    assert table["idx"].tolist() == [0, 1, 2, 3, 4]
    assert table["label"].tolist() == [1] * 5
    assert table["predict"].tolist() == [1, 1, -1, 0, 1]
    assert table["correct"].tolist() == [1, 1, 0, 0, 1]
    assert table["radius"][2] == 0.0
    assert all(datetime.strptime(time, "%H:%M:%S.%f") for time in table["time"])  # noqa: DTZ007 - a time span
    run = client.runs.get(json.loads(note_path(out).read_text())["run"])
    reached = [int((table["correct"] & (table["radius"] >= radius)).sum()) for radius in RADII]
    assert reached == [run.summary.smoothed.rows, *(each.rows for each in run.summary.certified)]
    exact = {row.key: row.radius for row in client.runs.rows(run.id)}
    with out.open(newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            told, radius = Decimal(line["radius"]), exact[line["key"]]
            assert radius is not None
            assert told.as_tuple().exponent == -6
            assert 0 <= Decimal(repr(radius)) - told < Decimal("1e-6"), "rounded down"


NAMES = ['"a.png', 'a".png', "b\\c.png", "it's.png", "#1.png", "a, b.png", " a.png", "\N{SNOWMAN}.png", "1e5"]


def test_any_name_of_a_row_is_one_cell(tmp_path: Path) -> None:
    lines = [Result(i, 1, 1, 0.5 + i, 1.5, name, "" if i else 'said "no"') for i, name in enumerate(NAMES)]
    path = tmp_path / "results.tsv"
    path.write_text(written(lines), encoding="utf-8")
    assert numbers(path)["radius"].tolist() == [0.5 + i for i in range(len(NAMES))]
    quoting = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t"))
    assert [float(line["radius"]) for line in quoting] == [0.5 + i for i in range(len(NAMES))]
    assert read_table(path).by_key == {name: 0.5 + i for i, name in enumerate(NAMES) if i}
