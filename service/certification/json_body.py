"""Split a JSON body into the numbers of its tensor and the small rest, before it is parsed.

A JSON parser reads the rest and refuses invalid JSON. This module refuses what a parser accepts: a name that
is given twice, and values so many or so deeply nested that they would fill the memory.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final

from service.certification.json_numbers import SPACE, NumberText, find_numbers
from service.http.problems import ProblemError, field_problem
from service.http.wording import shown_name

MOST_DEPTH: Final = 16
MOST_TOKENS: Final = 20_000
"""Choices. A valid body has three levels and fewer than 100 tokens beside its tensor."""
_TOKEN = re.compile(
    SPACE + rb'(?:(?P<mark>[\[\]{},:])|(?P<text>"(?:[^"\\\x00-\x1f]++|\\.)*+")|[^\s\[\]{},:"]++)', re.DOTALL
)
_DATA = ("tensor", "data")
_PLACEHOLDER = b"[0]"


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body in which ``[0]`` replaces the tensor's numbers, and these numbers."""

    rest: bytearray
    numbers: NumberText | None


@dataclass(slots=True)
class _Level:
    """An open object or list, and the name that was read last in it."""

    is_object: bool
    awaits_name: bool
    name: str | None = None
    names: set[str] = field(default_factory=set)


def take_apart(body: bytearray) -> JsonBody:
    """Walk through a body and split it. Invalid JSON is left for the parser to refuse.

    Raises ProblemError: ``invalid-request`` for a name that is given twice in one object, and for an element
    of ``tensor.data`` that is not a number; ``malformed-body`` for too many or too deeply nested values.
    """
    levels: list[_Level] = []
    numbers: NumberText | None = None
    at = 0
    for _ in range(MOST_TOKENS):
        token = _TOKEN.match(body, at)
        if token is None:
            break
        at = token.end()
        opens_data = token["mark"] == b"[" and numbers is None and _names(levels) == _DATA
        if opens_data and (numbers := find_numbers(body, at)) is not None:
            at = numbers.end + 1
        elif not _follow(levels, token):
            break
    else:
        raise ProblemError("malformed-body", f"The body has more than {MOST_TOKENS:,} parts beside a tensor.")
    if numbers is None:
        return JsonBody(body, None)
    return JsonBody(body[: numbers.begin - 1] + _PLACEHOLDER + body[numbers.end + 1 :], numbers)


def _follow(levels: list[_Level], token: re.Match[bytes]) -> bool:
    """Open or close a level, or take a name; False if the text cannot be valid JSON."""
    mark = token["mark"]
    if mark in {b"{", b"["}:
        if len(levels) == MOST_DEPTH:
            raise ProblemError("malformed-body", f"The body is nested more than {MOST_DEPTH} deep.")
        levels.append(_Level(is_object=mark == b"{", awaits_name=mark == b"{"))
    elif not levels:
        return mark is None
    elif mark in {b"}", b"]"}:
        levels.pop()
    elif mark == b",":
        levels[-1].awaits_name = levels[-1].is_object
    elif token["text"] is not None and levels[-1].awaits_name:
        return _take_name(levels, token["text"])
    return True


def _take_name(levels: list[_Level], text: bytes) -> bool:
    """Record a name in the innermost object. Raises ProblemError if it was there before."""
    try:
        name: str = json.loads(text)
        name.encode()
    except ValueError:
        return False
    level = levels[-1]
    level.name, level.awaits_name = name, False
    if name in level.names:
        path = [shown_name(part) for part in _names(levels) if part is not None]
        raise field_problem(".".join(path), "given more than once")
    level.names.add(name)
    return True


def _names(levels: list[_Level]) -> tuple[str | None, ...]:
    return tuple(level.name for level in levels)
