"""Check all certificates of a run, as the service's archive of evidence holds them, and the run's sums."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from certify_client.bounded_files import UnusableFile
from certify_client.json_documents import parse_document
from certify_client.run_sums import settled, sum_faults
from verification.certificate_check import verify
from verification.certificate_comparison import shown
from verification.verdict import UnreadableCertificate

MOST_BYTES: Final = 2**22
"""Largest file of the archive but its table. A choice: a certification takes some kB."""
MOST_TABLE_BYTES: Final = 2**28
MOST_FILES: Final = 1_000_000
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_SAME = (
    "model",
    "model_sha256",
    "certifier",
    "bounds",
    "decision",
    "k",
    "noise",
    "sigma",
    "n",
    "n0",
    "eta",
    "stop",
)


@dataclass(slots=True)
class RunVerdict:
    """Outcome of checking a run. ``faults``: a sentence for each thing that does not hold, with its row.

    ``settled``: whether all rows had ended when the archive was written, so that the sums were compared.
    """

    rows: int = 0
    verified: int = 0
    settled: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every certificate and every sum holds."""
        return not self.faults


def is_evidence(path: Path) -> bool:
    """Whether a file is an archive of a run's evidence."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {"run.json", "rows.jsonl"} <= set(archive.namelist())
    except _FAULTS:
        return False


def verify_run(path: Path) -> RunVerdict:
    """Verify every certificate of an archive, that each is a row of the run, and the run's sums.

    Raises UnusableFile if the archive cannot be read.
    """
    verdict = RunVerdict()
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_FILES:
                raise UnusableFile(f"{path} holds more than {MOST_FILES:,} files")
            run = parse_document(f"{path}: run.json", _read(path, archive, "run.json", MOST_BYTES))
            rows = list(_table(path, _read(path, archive, "rows.jsonl", MOST_TABLE_BYTES)))
            for row in rows:
                _check_row(verdict, path, archive, run, row)
        verdict.faults += [*_table_faults(run, rows)]
        verdict.settled = settled(run, rows)
        verdict.faults += sum_faults(run, rows) if verdict.settled else []
    except _FAULTS as error:
        raise UnusableFile(f"{path} is no readable archive: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableFile(f"{path} is no archive of a run's evidence: {error}") from error
    return verdict


def _read(path: Path, archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnusableFile(f"{path}: {name} holds more than {most:,} bytes, which is too much")
    return content


def _table(path: Path, content: bytes) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content.splitlines(), 1):
        yield parse_document(f"{path}: line {number} of rows.jsonl", line)


def _check_row(
    verdict: RunVerdict, path: Path, archive: zipfile.ZipFile, run: Mapping[str, Any], row: Mapping[str, Any]
) -> None:
    verdict.rows += 1
    if row["status"] is None:
        return
    name, where = f"rows/{row['number']:06}.json", f"row {row['number']} ({shown(row['key'])})"
    document = parse_document(f"{path}: {name}", _read(path, archive, name, MOST_BYTES))
    if row["status"] != document["status"]:
        verdict.faults.append(f"{where}: its certification is {shown(document['status'])}")
        return
    if row["status"] != "succeeded":
        return
    try:
        faults = [*verify(document).faults, *_row_faults(run, row, document)]
    except UnreadableCertificate as error:
        faults = [str(error)]
    verdict.faults += [f"{where}: {fault}" for fault in faults]
    verdict.verified += not faults


def _row_faults(run: Mapping[str, Any], row: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    """Compare a certification with its line in the table and with what the run fixes for all rows."""
    request, certificate = document["request"], document["certificate"]
    for name in _SAME:
        if request[name] != run["request"][name]:
            yield f"{name} is {shown(request[name])}, the run's is {shown(run['request'][name])}"
    if request["seed"] != str(_seed(run["request"]["seed"], row["key"])):
        yield "its seed does not follow from the run's seed and its key"
    told = (
        document["id"],
        certificate["radius"],
        certificate["abstained"],
        certificate["prediction"]["index"],
    )
    if told != (row["job"], row["radius"], row["abstained"], row["predicted"]):
        yield "job, radius, abstention or class differ from those in the table"
    clean = certificate["clean_prediction"]
    if row["clean"] != (None if clean is None else clean["index"]):
        yield f"the class without noise is {shown(row['clean'])} in the table"
    correct = None if row["label"] is None else not told[2] and told[3] == row["label"]
    if row["correct"] is not correct:
        yield f"correct is {shown(row['correct'])} in the table"


def _seed(run_seed: str, key: str) -> int:
    """Return the seed of a row: 63 bits of the SHA-256 of the run's seed and the key."""
    return int.from_bytes(hashlib.sha256(f"{run_seed} {key}".encode()).digest()[:8], "big") % 2**63


def _table_faults(run: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Find rows that are listed twice, or not at all: the table is read after the run, and rows only come."""
    for name in ("number", "key", "job"):
        for value, times in Counter(row[name] for row in rows).items():
            if times > 1:
                yield f"{times} rows of the table have the {name} {shown(value)}"
    if len(rows) < run["rows"]["total"]:
        yield f"the run has {run['rows']['total']} rows, its table only {len(rows)}"
