"""The rows of a run as a table: tab-separated, comma-separated, or one JSON object a line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from service.runs.run_resources import RowResource

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


def _tsv(rows: Iterable[RowResource], *, header: bool) -> str:
    return _written(rows, "\t", header=header)


def _csv(rows: Iterable[RowResource], *, header: bool) -> str:
    return _written(rows, ",", header=header)


def _json_lines(rows: Iterable[RowResource], *, header: bool) -> str:  # noqa: ARG001 - it has none
    return "".join(f"{row.model_dump_json()}\n" for row in rows)


FORMATS: Final[dict[str, Callable[..., str]]] = {
    "text/tab-separated-values": _tsv,
    "text/csv": _csv,
    "application/x-ndjson": _json_lines,
}
"""How to write rows, by media type; the first is the default."""


def written(kind: str, pages: Iterable[Iterable[RowResource]]) -> Iterator[bytes]:
    """Write a table of this media type page by page, with a header where the format has one."""
    yield FORMATS[kind]((), header=True).encode()
    for page in pages:
        yield FORMATS[kind](page, header=False).encode()
