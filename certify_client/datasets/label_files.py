"""Read labels from a table: ``labels.csv``, ``metadata.csv``, or one that the user names."""

from __future__ import annotations

import csv
import io
from typing import Final

from certify_client.bounded_files import UnusableFile

NAMES: Final = ("labels.csv", "metadata.csv", "labels.tsv", "metadata.tsv")
"""Tables that are looked for beside the files, in this order."""
_FILE_COLUMNS: Final = ("file_name", "filename", "file", "path", "image", "key", "name")
_LABEL_COLUMNS: Final = ("label", "class", "target", "y")


def read_labels(content: bytes, called: str) -> dict[str, str]:
    """Return file -> label from a table with a header, separated by commas or tabs.

    Raises UnusableFile if there is no column of files, no column of labels, or a file is there twice with
    different labels.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableFile(f"{called} is not text in UTF-8") from None
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    columns = {name.strip().lower(): name for name in table.fieldnames or () if name}
    file, label = (_column(columns, wanted, called) for wanted in (_FILE_COLUMNS, _LABEL_COLUMNS))
    found: dict[str, str] = {}
    for row in table:
        name, value = (row[file] or "").strip().removeprefix("./"), (row[label] or "").strip()
        if found.setdefault(name, value) != value:
            raise UnusableFile(f"{called} gives {name!r} two labels, {found[name]!r} and {value!r}")
    return {name: value for name, value in found.items() if name and value}


def _column(columns: dict[str, str], wanted: tuple[str, ...], called: str) -> str:
    for name in wanted:
        if name in columns:
            return columns[name]
    there = ", ".join(columns) or "nothing"
    raise UnusableFile(f"{called} has no column {' or '.join(wanted[:3])}: its first line names {there}")
