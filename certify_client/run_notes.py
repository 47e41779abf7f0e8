"""Remember beside a table which run it is of, so that the same command goes on with it."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from certify_client.bounded_files import UnusableFile, read_file

_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class RunNote:
    """Where a run is, and what was asked for: address of the service, id, fields, and the test set."""

    url: str
    run: str
    asked: dict[str, Any]
    data: dict[str, Any]


def data_mark(path: Path) -> dict[str, Any]:
    """Return what tells a test set from another: its path, and for a file its size and time of change.

    Rows of two test sets may have the same keys. Raises UnusableFile if it cannot be read.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}") from None
    mark: dict[str, Any] = {"path": str(path.resolve())}
    return mark if path.is_dir() else {**mark, "bytes": about.st_size, "modified_ns": about.st_mtime_ns}


def note_path(table: Path) -> Path:
    """Return the path of the note of a table."""
    return table.with_name(f"{table.name}.run")


def read_note(table: Path, url: str, asked: dict[str, Any], data: dict[str, Any]) -> str | None:
    """Return the id of the run that a table is of; None if there is no note.

    Raises UnusableFile if the note is of another service, of other parameters or of another test set.
    """
    path = note_path(table)
    if not path.exists():
        return None
    try:
        note = RunNote(**json.loads(read_file(path, _MOST_BYTES)))
    except (ValueError, TypeError):
        raise UnusableFile(f"{path} is no note of a run: remove it to begin a new one") from None
    if (note.url, note.asked) != (url, json.loads(json.dumps(asked))):
        raise UnusableFile(
            f"{table} belongs to a run of other parameters or another service ({note.run} at {note.url}): "
            f"give another --out, or remove {path} to begin a new run"
        )
    if note.data != data:
        raise UnusableFile(
            f"{table} belongs to a run over another test set, or {data['path']} was changed since: give "
            f"another --out, or remove {path} to begin a new run"
        )
    return note.run


def write_note(table: Path, note: RunNote) -> None:
    """Write the note in one step. Raises UnusableFile if that is not possible."""
    path = note_path(table)
    content = json.dumps(asdict(note), indent=1)
    write_whole(path, content)


def write_whole(path: Path, content: str) -> None:
    """Write a file in one step: whoever reads it finds the old content or the new. Raises UnusableFile.

    Two commands may write the same file at the same time: the later one's content stays.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UnusableFile(f"{path} cannot be written: {error.strerror}") from None
