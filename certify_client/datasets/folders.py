"""Test sets that are folders: one folder a class, or files beside a table of labels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from certify_client.bounded_files import UnusableFile, read_file
from certify_client.datasets.label_files import NAMES, read_labels
from certify_client.datasets.rows_of_data import ENDINGS, MOST_ROWS, DataRow, Dataset, is_row
from certify_client.input_files import read_input


def read_folder(folder: Path) -> Dataset:
    """Return the rows of a folder, sorted by their paths in it.

    With a table ``labels.csv`` or ``metadata.csv`` the labels are there. Otherwise, if all files lie in
    folders, the first folder of each path is its label, as in torchvision's ImageFolder. Links to files
    are followed; links to folders are not. Raises UnusableFile if there is no row, or more than 100,000.
    """
    keys = sorted(_files(folder))
    if not keys:
        raise UnusableFile(f"{folder} holds no {', '.join(ENDINGS)} file")
    table = next((name for name in NAMES if (folder / name).is_file()), None)
    labels = {} if table is None else read_labels(read_file(folder / table), str(folder / table))
    by_folder = table is None and all("/" in key for key in keys)
    rows = [
        DataRow(
            index,
            key,
            key.partition("/")[0] if by_folder else labels.get(key, labels.get(key.rpartition("/")[2])),
            partial(read_input, folder / key),
        )
        for index, key in enumerate(keys)
    ]
    how = "labels by folder" if by_folder else "no labels" if table is None else f"labels from {table}"
    return Dataset(f"{len(rows):,} files, {how}", rows)


def _files(folder: Path) -> Iterator[str]:
    found = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if is_row(name):
                found += 1
                if found > MOST_ROWS:
                    raise UnusableFile(f"{folder} holds more than {MOST_ROWS:,} rows")
                yield (Path(place) / name).relative_to(folder).as_posix()
