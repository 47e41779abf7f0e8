"""The numbers of a JSON array, kept as text: checked by JSON's grammar in place, and read piece by piece.

A list of Python objects would take thirty bytes or more for each number; the text takes only its own length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.certification.tensors import Piece
from service.http.problems import ProblemError, field_problem

SPACE: Final = rb"[ \t\n\r]*+"
_NUMBER: Final = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_ONE = re.compile(SPACE + _NUMBER + SPACE)
_SOME = re.compile(rb"(?:%b%b%b,){1,4096}+" % (SPACE, _NUMBER, SPACE))
_EMPTY = re.compile(SPACE + rb"\]")
_OTHER = re.compile(SPACE + rb'(?:["\[{]|true|false|null|NaN|-?Infinity)')


@dataclass(frozen=True, slots=True)
class NumberText:
    """``count`` numbers between ``begin`` and ``end`` of a body, with commas between them."""

    body: bytearray
    begin: int
    end: int
    count: int

    def pieces(self) -> Iterator[Piece]:
        """Yield the numbers as doubles, each correctly rounded; one that is too large becomes infinite."""
        at = self.begin
        while (some := _SOME.match(self.body, at, self.end)) is not None:
            yield _read(self.body[at : some.end() - 1])
            at = some.end()
        yield _read(self.body[at : self.end])


def find_numbers(body: bytearray, begin: int) -> NumberText | None:
    """Check the array whose bracket opens just before ``begin``; None if it is empty.

    Raises ProblemError: ``invalid-request`` for an element that is not a number, ``malformed-body`` if the
    text is not JSON.
    """
    if _EMPTY.match(body, begin):
        return None
    at, count = begin, 0
    while (some := _SOME.match(body, at)) is not None:
        count += body.count(b",", at, some.end())
        at = some.end()
    last = _ONE.match(body, at)
    if last is not None and body[last.end() : last.end() + 1] == b"]":
        return NumberText(body, begin, last.end(), count + 1)
    if last is None and _OTHER.match(body, at):
        raise field_problem(
            f"tensor.data[{count}]", "must be a finite number in decimal, such as 0.25 or 2.5e-1"
        )
    detail = f"The body is not JSON: at byte {at}, in element {count} of tensor.data, or it is cut off there."
    raise ProblemError("malformed-body", detail)


def _read(text: bytearray) -> Piece:
    return np.fromstring(bytes(text).translate(None, b" \t\n\r"), dtype=np.float64, sep=",")
