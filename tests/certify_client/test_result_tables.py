"""A line of a table has a radius only together with the class that it is about."""

from __future__ import annotations

import numpy as np

from certify_client.datasets.rows_of_data import DataRow
from certify_client.input_files import TensorFile
from certify_client.records import RunRow, State
from certify_client.result_tables import Result, results_of

ROW = DataRow(0, "a", 1, lambda: TensorFile(np.array([0.5, 0.5])))


def line(status: State | None) -> Result:
    end = RunRow(
        number=1,
        key="a",
        job="1p1q005PfQvXS4nabSirCQ",
        label=1,
        status=status,
        predicted=None if status is None else 1,
        abstained=None if status is None else False,
        radius=None if status is None else 0.5,
        samples=None,
        seconds=None,
    )
    certificate = {
        "radius": 0.5,
        "counts": {"pairs": None, "hits": {"target": 1, "per_class": [0, 10]}},
        "p_a": {"lower": 0.75},
        "gradient_norm": None,
    }
    (only,) = results_of([ROW], {"a": end}, {}, {"a": certificate})
    return only


def test_a_row_that_has_ended() -> None:
    assert (line(State.SUCCEEDED).predict, line(State.SUCCEEDED).radius) == (1, 0.5)
    assert line(State.SUCCEEDED).correct


def test_a_row_that_ended_after_the_rows_were_read_has_no_radius() -> None:
    open_row = line(None)
    assert (open_row.predict, open_row.radius, open_row.note) == (-1, 0.0, "has not ended")
    assert not open_row.more
