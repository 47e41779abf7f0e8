"""Test sets that are files of arrays: ``.npz`` with ``x`` and ``y``, and Parquet with a column of images."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from certify_client.bounded_files import UnusableFile
from certify_client.datasets.rows_of_data import MOST_ROWS, DataRow, Dataset
from certify_client.input_files import ImageFile, TensorFile, input_of, pixels_as_numbers

if TYPE_CHECKING:
    import numpy.typing as npt
    from pyarrow import parquet

MOST_ARRAY_BYTES: Final = 2**31
"""2 GiB: most bytes of a test set that is read as a whole. A choice; it bounds the memory."""


def read_npz(path: Path) -> Dataset:
    """Return the rows of ``x``, with the labels of ``y`` if it is there. Raises UnusableFile.

    Floats are inputs as they are, shape (rows, *input shape). 8-bit integers are pixels: (rows, height,
    width) or (rows, height, width, channels), which become floats in [0, 1] with the channels first.
    """
    import numpy as np  # noqa: PLC0415 - loads slowly, and other test sets do without

    try:
        _check_unpacked(path, _packed_sizes(path))
        with np.load(path, allow_pickle=False) as arrays:
            if "x" not in arrays:
                raise UnusableFile(
                    f"{path} holds {', '.join(arrays.files) or 'nothing'}; the inputs must be called x"
                )
            x, y = arrays["x"], arrays.get("y")
    except (ValueError, OSError, zipfile.BadZipFile, MemoryError) as error:
        raise UnusableFile(f"{path} is no readable .npz file of plain numbers: {error}") from error
    if (
        x.ndim < 2
        or not 1 <= len(x) <= MOST_ROWS
        or x.dtype.kind not in "fu"
        or (x.dtype.kind == "u" and x.itemsize > 1)
    ):
        raise UnusableFile(
            f"{path}: x has shape {x.shape} and type {x.dtype}; rows of floats or of 8-bit pixels are read"
        )
    if y is not None and (y.shape != (len(x),) or y.dtype.kind not in "iuU"):
        raise UnusableFile(
            f"{path}: y has shape {y.shape} and type {y.dtype}; it must hold one label for each row of x"
        )
    rows = [
        DataRow(
            index, f"{path.name}#{index}", None if y is None else _label(y[index]), partial(_row, x, index)
        )
        for index in range(len(x))
    ]
    return Dataset(f"{len(rows):,} rows of x, {'no labels' if y is None else 'labels from y'}", rows)


def _packed_sizes(path: Path) -> int:
    """Return the bytes of the arrays that are read, as the archive states them; no more is unpacked."""
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist() if entry.filename in {"x.npy", "y.npy"})


def _check_unpacked(path: Path, size: int) -> None:
    if size > MOST_ARRAY_BYTES:
        raise UnusableFile(
            f"{path} takes {size:,} bytes when it is unpacked; at most {MOST_ARRAY_BYTES:,} are read: give a "
            "folder or an archive of files instead"
        )


def _label(value: Any) -> int | str:
    return str(value) if value.dtype.kind == "U" else int(value)


def _row(x: npt.NDArray[Any], index: int) -> TensorFile:
    """Return one input; 8-bit pixels become floats in [0, 1] with the channels first."""
    import numpy as np  # noqa: PLC0415 - as above

    row = x[index]
    if x.dtype.kind == "u":
        row = pixels_as_numbers(row)
    if not np.all(np.isfinite(row)):
        raise UnusableFile(f"row {index} of x holds numbers that are not finite")
    return TensorFile(np.ascontiguousarray(row))


def read_parquet(path: Path) -> Dataset:
    """Return the rows of a Parquet file: a column ``image`` (bytes, or bytes with a path) and ``label``.

    Needs the package pyarrow. Raises UnusableFile.
    """
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415 - few need it, and it is large
    except ImportError:
        raise UnusableFile(
            f"{path} is a Parquet file: install pyarrow to read it (pip install pyarrow)"
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            columns = _parquet_columns(path, file)
            table = file.read(columns)
    except (ArrowException, OSError, MemoryError) as error:
        raise UnusableFile(f"{path} is no readable Parquet file: {error}") from error
    labels = table["label"].to_pylist() if "label" in table.column_names else [None] * len(table)
    rows = [
        DataRow(index, f"{path.name}#{index}", labels[index], partial(_stored, path, table["image"], index))
        for index in range(len(table))
    ]
    return Dataset(
        f"{len(rows):,} rows, {'labels from label' if 'label' in table.column_names else 'no labels'}", rows
    )


def _parquet_columns(path: Path, file: parquet.ParquetFile) -> list[str]:
    """Return the columns to read. Raises UnusableFile if no images are there, or too many or too large."""
    there, about = file.schema_arrow.names, file.metadata
    if "image" not in there:
        raise UnusableFile(f"{path} has the columns {', '.join(there)}; the images must be called image")
    if about.num_rows > MOST_ROWS:
        raise UnusableFile(f"{path} holds {about.num_rows:,} rows; at most {MOST_ROWS:,} are read")
    columns = [name for name in ("image", "label") if name in there]
    pieces = (
        about.row_group(i).column(j) for i in range(about.num_row_groups) for j in range(about.num_columns)
    )
    wanted = (piece for piece in pieces if piece.path_in_schema.split(".")[0] in columns)
    _check_unpacked(path, sum(piece.total_uncompressed_size for piece in wanted))
    return columns


def _stored(path: Path, column: Any, index: int) -> ImageFile | TensorFile:
    value = column[index].as_py()
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        raise UnusableFile(f"{path}: row {index} of image holds no bytes")
    return input_of(f"{path}#{index}", content)
