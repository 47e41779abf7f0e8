"""Tables of certified radii in the form that the field's scripts read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from certify_client.count_columns import count_columns
from certify_client.datasets.rows_of_data import DataRow
from certify_client.records import RunRow, State

COLUMNS: Final = ("idx", "label", "predict", "radius", "correct", "time")
"""The columns of Cohen, Rosenfeld and Kolter (2019), whose scripts read tables by these names."""
LAST: Final = ("key", "note")
_ONE_LINE: Final = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
"""What some reader takes for the end of a cell or of a line."""
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a table. ``predict`` is -1 and ``radius`` 0 for a row that abstains or has no certificate.

    ``label`` is -1 if it is not known. ``note`` says why there is no certificate. ``more``: further columns.
    """

    idx: int
    label: int
    predict: int
    radius: float
    seconds: float
    key: str
    note: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        """Whether it is certified to be of its class."""
        return self.predict >= 0 and self.predict == self.label

    def cells(self) -> dict[str, str]:
        """Return the line by column. The radius is rounded down, so that the table claims nothing more."""
        radius = Decimal(repr(self.radius)).quantize(_MICRO, ROUND_DOWN)
        time = timedelta(seconds=round(self.seconds, 6))
        own = (self.idx, self.label, self.predict, radius, int(self.correct), time)
        return {
            **dict(zip(COLUMNS, map(str, own), strict=True)),
            **self.more,
            "key": self.key,
            "note": self.note,
        }


def results_of(
    rows: Iterable[DataRow],
    ended: Mapping[str, RunRow],
    failed: Mapping[int, str],
    certificates: Mapping[str, Mapping[str, Any]],
) -> Iterator[Result]:
    """Put together what was sent and what came back, one result for each row of the test set.

    ``certificates``: key -> certificate of the rows that succeeded. That of a row that ended after ``ended``
    was read is left out.
    """
    for row in rows:
        end = ended.get(row.key)
        has_ended = end is not None and end.status is State.SUCCEEDED
        certificate = certificates.get(row.key) if has_ended else None
        if end is None:
            yield Result(row.index, -1, -1, 0.0, 0.0, row.key, failed.get(row.index, "was not sent"))
            continue
        told = 0.0 if certificate is None else certificate["radius"]
        note = "" if end.status is State.SUCCEEDED else str(end.status or "has not ended")
        yield Result(
            idx=row.index,
            label=-1 if end.label is None else end.label,
            predict=end.predicted if told > 0.0 and end.predicted is not None else -1,
            radius=told,
            seconds=end.seconds or 0.0,
            key=row.key,
            note=note,
            more={} if certificate is None else count_columns(certificate),
        )


def written(results: Iterable[Result]) -> str:
    """Return a table: a header, and one line for each result, separated by tabs."""
    lines = [result.cells() for result in results]
    further = dict.fromkeys(
        name for line in lines for name in line if name not in COLUMNS and name not in LAST
    )
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar="\\")
    names = (*COLUMNS, *further, *LAST)
    table.writerow(names)
    for line in lines:
        table.writerow([line.get(name, "").translate(_ONE_LINE) for name in names])
    return text.getvalue()
