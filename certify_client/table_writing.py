"""Write the tables of a run: one of its own certifier, and one for each that shares its samples."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from certify_client.datasets.rows_of_data import DataRow
from certify_client.result_tables import Result, results_of, written
from certify_client.run_notes import write_whole
from certify_client.runs_over_http import Runs


def table_path(out: Path, certifier: str) -> Path:
    """Return the path of the table of a certifier that shares the samples."""
    return out.with_name(f"{out.stem}.{certifier}{out.suffix}")


def tables_of(
    runs: Runs, run_id: str, rows: Sequence[DataRow], failed: Mapping[int, str], also: Sequence[str]
) -> dict[str, list[Result]]:
    """Return the lines of the tables: '' -> those of the run's certifier, name -> another's."""
    ended = {row.key: row for row in runs.rows(run_id)}
    certificates = _certificates(runs, run_id, {str(row.number): row.key for row in ended.values()})
    tables = {"": list(results_of(rows, ended, failed, certificates))}
    for name in also:
        from certify_client.shared_samples import certify_again  # noqa: PLC0415 - loads SciPy

        again = {key: {**told, **certify_again(told, name).to_dict()} for key, told in certificates.items()}
        tables[name] = list(results_of(rows, ended, failed, again))
    return tables


def write_tables(tables: Mapping[str, Sequence[Result]], out: Path) -> None:
    """Write the tables: that of the run's certifier to ``out``, the others beside it."""
    for name, lines in tables.items():
        write_whole(table_path(out, name) if name else out, written(lines))


def _certificates(runs: Runs, run_id: str, keys: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """Return key -> certificate of the rows that succeeded, from the run's archive of evidence."""
    with tempfile.TemporaryFile() as file:
        runs.evidence(run_id, file)
        found: dict[str, Mapping[str, Any]] = {}
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                number = name.removeprefix("rows/").removesuffix(".json").lstrip("0")
                if name.startswith("rows/") and number in keys:
                    document = json.loads(archive.read(name))
                    if document["status"] == "succeeded":
                        found[keys[number]] = document["certificate"]
    return found
