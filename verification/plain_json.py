"""Check that a document is plain JSON, no deeper than a certificate, before anything in it is read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

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
    way: list[_Step] = []
    levels: list[Iterator[tuple[_Step, object]]] = [iter((("", document),))]
    while levels:
        for step, value in levels[-1]:
            if (fault := _fault(value)) is not None:
                raise UnreadableCertificate(_place([*way, step]), fault)
            if type(value) not in _SINGLE and isinstance(value, _CONTAINERS) and value:
                if len(levels) > DEEPEST:
                    raise UnreadableCertificate("", f"is nested deeper than {DEEPEST} objects and lists")
                way.append(step)
                levels.append(iter(value.items()) if isinstance(value, Mapping) else enumerate(value))
                break
        else:
            levels.pop()
            del way[-1:]


_Step: TypeAlias = str | int
"""A name in an object, or a number in a list. The first of a way is the document's own, an empty name."""
_CONTAINERS: Final = (dict, list, tuple, Mapping)
_SINGLE: Final = frozenset({str, int, float, bool, type(None)})
"""What nearly all values are; whether one is a Mapping is a slow question."""


def _fault(value: object) -> str | None:
    match value:
        case None | bool() | str() | list() | tuple():
            return None
        case int():
            return None if abs(value) <= LARGEST_WHOLE else "is a whole number past 2**53"
        case float():
            return None if math.isfinite(value) else "is not a finite number"
        case dict() | Mapping():
            return None if all(isinstance(name, str) for name in value) else "has a name that is not text"
        case _:
            return f"is a {type(value).__name__}, which JSON does not know"


def _place(way: Sequence[_Step]) -> str:
    """Return the place in words, as ``certificate.counts.hits.per_class[3]``."""
    place = ""
    for step in way[1:]:
        if isinstance(step, int):
            place += f"[{step}]"
        else:
            shown = ascii(step)[1:-1][:40]
            place = f"{place}.{shown}" if place else shown
    return place
