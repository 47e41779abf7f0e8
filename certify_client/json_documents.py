"""Reading a JSON document that may have come from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from certify_client.bounded_files import UnusableFile, read_file


def read_document(path: Path) -> Any:
    """Return what a file of JSON says: UTF-8, UTF-16 or UTF-32, with a byte order mark or without.

    Raises UnusableFile for anything else; also where a name is given twice, for then readers differ in what
    the document says, and for NaN and Infinity, which are no JSON.
    """
    content = read_file(path)
    try:
        return json.loads(content, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise UnusableFile(f"{path} cannot be read: it is nested too deeply") from error
    except ValueError as error:
        raise UnusableFile(f"{path} cannot be read: {_reason(error)}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in pairs:
        if name in read:
            raise ValueError(f"{name[:64]!r} is given more than once in one object")
        read[name] = value
    return read


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no text in {error.encoding}"
    return str(error)
