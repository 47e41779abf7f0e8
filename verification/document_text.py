"""Parse the text of a document from an untrusted source."""

from __future__ import annotations

import json
from typing import Any


class UnreadableText(ValueError):
    """The text is no JSON, or JSON that readers understand differently. The message says why."""


def parse(content: bytes) -> Any:
    """Parse JSON in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    Raises UnreadableText for anything else. That includes a name that is given twice in one object, since
    readers differ in which value they take, and NaN and Infinity, which are not JSON.
    """
    try:
        return json.loads(content, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise UnreadableText("it is nested too deeply") from error
    except ValueError as error:
        raise UnreadableText(_reason(error)) from error


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
