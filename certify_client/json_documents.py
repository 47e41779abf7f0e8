"""Read a JSON document from an untrusted source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from certify_client.bounded_files import UnusableFile, read_file


def read_document(path: Path) -> Any:
    """Read a JSON file in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    Raises UnusableFile for anything else. That includes a name that is given twice in one object, since
    readers differ in which value they take, and NaN and Infinity, which are not JSON.
    """
    return parse_document(path, read_file(path))


def parse_document(path: Path | str, content: bytes) -> Any:
    """Parse the content of a JSON file as ``read_document`` does; ``path`` names it in messages."""
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
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not valid {error.encoding}"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON ({error})"
    return str(error)
