"""The rows of a run as a table: tab-separated, comma-separated, one JSON object a line, or Parquet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from service.http.optional_forms import OptionalForm
from service.runs.parquet_tables import parquet
from service.runs.run_resources import RowResource

Pages = Iterable[Iterable[RowResource]]
Writer = Callable[[Pages], Iterator[bytes]]
COLUMNS: Final = tuple(RowResource.model_fields)


def _written(rows: Iterable[RowResource], delimiter: str, *, header: bool) -> str:
    text = io.StringIO()
    table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if header:
        table.writerow(COLUMNS)
    for row in rows:
        table.writerow([_cell(value) for value in row.model_dump(mode="json").values()])
    return text.getvalue()


def _cell(value: object) -> str:
    """Write a value: nothing for null, 0 and 1 for false and true; a radius keeps all its digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) and math.isfinite(value) else str(value)


def _separated(delimiter: str) -> Writer:
    def write(pages: Pages) -> Iterator[bytes]:
        yield _written((), delimiter, header=True).encode()
        for page in pages:
            yield _written(page, delimiter, header=False).encode()

    return write


def _json_lines(pages: Pages) -> Iterator[bytes]:
    for page in pages:
        yield "".join(f"{row.model_dump_json()}\n" for row in page).encode()


PARQUET: Final = OptionalForm("application/vnd.apache.parquet", "pyarrow", "parquet")
FORMATS: Final[dict[str, Writer]] = {
    "text/tab-separated-values": _separated("\t"),
    "text/csv": _separated(","),
    "application/x-ndjson": _json_lines,
    PARQUET.media_type: parquet,
}
"""How to write pages of rows, by media type; the first is the default."""
ALWAYS: Final = tuple(kind for kind in FORMATS if kind != PARQUET.media_type)
"""The formats that need no further package."""
