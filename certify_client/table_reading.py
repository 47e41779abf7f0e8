"""Read a table of certified radii, of ``certify dataset`` or of another program of the field."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from certify_client.bounded_files import UnusableFile, read_file
from certify_client.result_tables import Result


@dataclass(frozen=True, slots=True)
class RadiiOfTable:
    """Radii of the rows that have a certificate, 0 for those that abstain, by the names of the rows.

    ``by_key`` is empty if the table has no keys. ``correct``: the radii of the rows that are certified to be
    of their class; ``labelled``: how many rows with a certificate have a label.
    """

    by_key: Mapping[str, float]
    by_index: Mapping[str, float]
    correct: tuple[float, ...]
    labelled: int

    def beside(self, other: RadiiOfTable) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """Return the radii of both tables by names that both use: keys, or else the rows' indices."""
        if self.by_key and other.by_key:
            return self.by_key, other.by_key
        return self.by_index, other.by_index


def radii_of_results(results: Iterable[Result]) -> RadiiOfTable:
    """Return the radii of lines that were made here. Lines with a note have no certificate."""
    known = [line for line in results if not line.note]
    return RadiiOfTable(
        by_key={line.key: line.radius for line in known if line.key},
        by_index={str(line.idx): line.radius for line in known},
        correct=tuple(line.radius for line in known if line.correct),
        labelled=sum(line.label >= 0 for line in known),
    )


def read_table(path: Path) -> RadiiOfTable:
    """Return the radii of a table with the columns ``idx``, ``label``, ``predict`` and ``radius``.

    Columns are separated by tabs, with a backslash before characters that would mean something, as
    ``result_tables.written`` writes them; or by commas. Raises UnusableFile.
    """
    text = read_file(path).decode("utf-8-sig", errors="replace")
    delimiter, escapechar = ("\t", "\\") if "\t" in text.partition("\n")[0] else (",", None)
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter, escapechar=escapechar)
    missing = {"idx", "label", "predict", "radius"} - set(table.fieldnames or ())
    if missing:
        raise UnusableFile(f"{path} is no table of radii: it has no column {', '.join(sorted(missing))}")
    try:
        lines = [_line(path, number, row) for number, row in enumerate(table, 2)]
    except csv.Error as error:
        raise UnusableFile(f"{path} cannot be read as a table: {error}") from None
    for name, values in (
        ("idx", [line.idx for line in lines]),
        ("key", [line.key for line in lines if line.key]),
    ):
        twice = [value for value, times in Counter(values).items() if times > 1]
        if twice:
            raise UnusableFile(
                f"{path} has several lines with {name} {twice[0]}: which one counts is not known"
            )
    return radii_of_results(lines)


def _line(path: Path, number: int, row: Mapping[str, str | None]) -> Result:
    try:
        radius = _radius(row["radius"] or "")
        label, predict = int(row["label"] or ""), int(row["predict"] or "")
        index = int(row["idx"] or "")
    except ValueError as error:
        raise UnusableFile(f"{path}, line {number}: {error}") from None
    certified = predict >= 0
    return Result(
        idx=index,
        label=label,
        predict=predict,
        radius=radius if certified else 0.0,
        seconds=0.0,
        key=row.get("key") or "",
        note=row.get("note") or "",
    )


def _radius(text: str) -> float:
    if not 0.0 <= (radius := float(text)) < math.inf:
        raise ValueError(f"{text} is no radius")
    return radius
