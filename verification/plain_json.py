"""Check that a document is plain JSON, no deeper than a certificate, before anything in it is read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from verification.verdict import UnreadableCertificate

DEEPEST = 32
"""Depth of nested objects and lists; a certificate has seven. A choice, with room for later fields."""
LARGEST_WHOLE = 2**53
"""JSON readers that use doubles cannot tell larger whole numbers apart; seeds are text for that reason."""


def check_plain(document: object) -> None:
    """Raise UnreadableCertificate, naming the place, if the document is not plain JSON.

    Refused are: numbers that are not finite, whole numbers past 2**53 in size, names that are not text,
    values of other types, and objects and lists nested deeper than ``DEEPEST``. A loop does this, not
    recursion, so that deep nesting cannot exhaust the stack; it keeps one iterator a level, so that a long
    list takes no memory.
    """
    open_levels: list[Iterator[tuple[str, object]]] = [iter([("", document)])]
    while open_levels:
        if (found := next(open_levels[-1], None)) is None:
            open_levels.pop()
            continue
        place, value = found
        if len(open_levels) - 1 > DEEPEST:
            raise UnreadableCertificate("", f"is nested deeper than {DEEPEST} objects and lists")
        if (fault := _fault(value)) is not None:
            raise UnreadableCertificate(place, fault)
        open_levels.append(_inside(place, value))


def _fault(value: object) -> str | None:
    match value:
        case None | bool() | str() | Mapping() | list() | tuple():
            return None
        case int():
            return None if abs(value) <= LARGEST_WHOLE else "is a whole number past 2**53"
        case float():
            return None if math.isfinite(value) else "is not a finite number"
        case _:
            return f"is a {type(value).__name__}, which JSON does not know"


def _inside(place: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield what an object or a list holds, each with its place."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise UnreadableCertificate(place, "has a name that is not text")
            shown = ascii(name)[1:-1][:40]
            yield f"{place}.{shown}" if place else shown, inner
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield f"{place}[{i}]", inner
