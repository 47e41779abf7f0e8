"""Tables are read by the field's own way of reading: tab-separated columns by name, nothing else known.

The reader below knows no code of this project. It does what the scripts published with Cohen, Rosenfeld and
Kolter (2019) do: certified accuracy at a radius is the mean of ``correct`` and ``radius >= r``.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from certify_client.result_tables import Result, written

AWKWARD = '"quoted" #1, back\\slash\ttab\nline\rreturn\u2028more'
RESULTS = [
    Result(0, 7, 7, 0.123456789, 12.5, "a.png"),
    Result(20, 2, -1, 0.0, 0.25, "b.png"),
    Result(40, 1, 3, 0.75, 3661.0, AWKWARD),
    Result(60, -1, -1, 0.0, 0.0, "d.png", AWKWARD),
    Result(80, 4, 4, 1.9999999, 1.0, "e.png", more={"raw_count": "990"}),
]


def read(text: str) -> npt.NDArray[Any]:
    """Read a table as the field's scripts do: by the names of the header, types found in the columns."""
    return np.genfromtxt(
        io.StringIO(text), delimiter="\t", names=True, dtype=None, comments="\0", encoding="utf-8"
    )


def certified_accuracy(table: npt.NDArray[Any], radius: float) -> float:
    return float(np.mean(table["correct"].astype(bool) & (table["radius"] >= radius)))


def test_the_columns_are_read_as_numbers() -> None:
    table = read(written(RESULTS))
    assert table.dtype.names is not None
    assert table.dtype.names[:6] == ("idx", "label", "predict", "radius", "correct", "time")
    assert [table[name].dtype.kind for name in ("idx", "label", "predict", "radius", "correct")] == list(
        "iiifi"
    )
    assert table["idx"].tolist() == [0, 20, 40, 60, 80]
    assert table["predict"].tolist() == [7, -1, 3, -1, 4]
    assert table["radius"].tolist() == [0.123456, 0.0, 0.75, 0.0, 1.999999]  # rounded down
    assert table["correct"].tolist() == [1, 0, 0, 0, 1]
    assert table["time"].tolist()[:3] == ["0:00:12.500000", "0:00:00.250000", "1:01:01"]


def test_certified_accuracy_is_what_the_fields_scripts_compute() -> None:
    table = read(written(RESULTS))
    assert [certified_accuracy(table, r) for r in (0.0, 0.1, 0.2, 1.9999995)] == [0.4, 0.4, 0.2, 0.0]


def test_no_name_breaks_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(written(RESULTS), encoding="utf-8")
    lines = (tmp_path / "a.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(RESULTS)
    assert {line.count("\t") for line in lines} == {8}
