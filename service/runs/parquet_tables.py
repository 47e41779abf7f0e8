"""Write the rows of a run as a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, Final, get_args

from jobs.job_records import JobState
from service.runs.emptied_pipe import EmptiedPipe
from service.runs.run_resources import RowResource

_TYPES: Final[dict[object, str]] = {
    int: "int64", float: "float64", str: "string", bool: "bool", JobState: "string"
}  # fmt: skip
"""Arrow's type of each type of a field."""


def parquet(pages: Iterable[Iterable[RowResource]]) -> Iterator[bytes]:
    """Write a file with the columns of RowResource, a group of rows for each page. Needs pyarrow."""
    import pyarrow as pa  # noqa: PLC0415 - large, and few ask for it
    from pyarrow import parquet as files  # noqa: PLC0415

    columns = [
        pa.field(name, pa.type_for_alias(_TYPES[kind]), nullable=nullable)
        for name, kind, nullable in _columns()
    ]
    schema, pipe = pa.schema(columns), EmptiedPipe()
    with files.ParquetWriter(pipe, schema) as writer:
        for page in pages:
            rows = [row.model_dump(mode="json") for row in page]
            writer.write_table(pa.Table.from_pylist(rows, schema))
            yield pipe.take()
    yield pipe.take()


def _columns() -> Iterator[tuple[str, Any, bool]]:
    """Yield name, type, and whether it may be null, of each field of RowResource."""
    for name, field in RowResource.model_fields.items():
        kinds = get_args(field.annotation) or (field.annotation,)
        (kind,) = (kind for kind in kinds if kind is not NoneType)
        yield name, kind, NoneType in kinds
