"""Tables of certified radii in the form that the field's scripts read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from certify_client.datasets.rows_of_data import DataRow
from certify_client.records import RunRow, State

COLUMNS: Final = ("idx", "label", "predict", "radius", "correct", "time")
"""The columns of Cohen, Rosenfeld and Kolter (2019), whose scripts read tables by these names."""
MORE: Final = ("key", "note")
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a table. ``predict`` is -1 and ``radius`` 0 for a row that abstains or has no certificate.

    ``label`` is -1 if it is not known. ``note`` says why there is no certificate.
    """

    idx: int
    label: int
    predict: int
    radius: float
    seconds: float
    key: str
    note: str = ""

    @property
    def correct(self) -> bool:
        """Whether it is certified to be of its class."""
        return self.predict >= 0 and self.predict == self.label

    def cells(self) -> Sequence[str]:
        """Return the line. The radius is rounded down, so that the table claims nothing more."""
        radius = Decimal(self.radius).quantize(_MICRO, ROUND_DOWN)
        time = timedelta(seconds=round(self.seconds, 6))
        return [
            *map(str, (self.idx, self.label, self.predict, radius, int(self.correct), time)),
            self.key,
            self.note,
        ]


def results_of(
    rows: Iterable[DataRow], ended: Mapping[str, RunRow], failed: Mapping[int, str]
) -> Iterator[Result]:
    """Put together what was sent and what came back, one result for each row of the test set."""
    for row in rows:
        end = ended.get(row.key)
        if end is None:
            yield Result(row.index, -1, -1, 0.0, 0.0, row.key, failed.get(row.index, "was not sent"))
            continue
        certified = end.status is State.SUCCEEDED and not end.abstained and end.predicted is not None
        label = -1 if end.label is None else end.label
        yield Result(
            idx=row.index,
            label=label,
            predict=end.predicted if certified and end.predicted is not None else -1,
            radius=end.radius if certified and end.radius is not None else 0.0,
            seconds=end.seconds or 0.0,
            key=row.key,
            note="" if end.status is State.SUCCEEDED else str(end.status or "has not ended"),
        )


def written(results: Iterable[Result]) -> str:
    """Return a table: a header, and one line for each result, separated by tabs."""
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar="\\")
    table.writerow((*COLUMNS, *MORE))
    for result in results:
        table.writerow([cell.replace("\t", " ").replace("\n", " ") for cell in result.cells()])
    return text.getvalue()
