"""Read a table of results as the tests compare it."""

from __future__ import annotations

import csv
from pathlib import Path


def lines(path: Path) -> list[dict[str, str]]:
    """Return a line for each row of a TSV, by column."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
