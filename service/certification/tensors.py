"""Check submitted tensors: a shape, and numbers that are read piece by piece, never all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from registry.input_spec import InputSpec
from service.certification.model_inputs import DecodedInput
from service.http.problems import ProblemError, field_problem
from service.http.wording import shown_name, shown_number

Piece = npt.NDArray[np.float64]


class Tensor(Protocol):
    """A tensor as it was sent: ``count`` numbers in C order, as doubles that are exact or rounded once."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the client states."""

    @property
    def count(self) -> int:
        """How many numbers there are."""

    def pieces(self) -> Iterator[Piece]:
        """Read the numbers, some thousands at a time."""


def from_tensor(tensor: Tensor, spec: InputSpec) -> DecodedInput:
    """Check a tensor and convert it to the model's input, float32 of the model's shape.

    Raises:
        ProblemError: ``invalid-tensor`` when the shape is not the model's, when the number of values does
            not fit the shape, or when a value lies outside the model's scale; ``invalid-request`` for a
            value that is not a finite number.

    """
    if tensor.shape != spec.shape:
        sent = shown_name(str(list(tensor.shape)))
        raise invalid("tensor.shape", f"must be {list(spec.shape)} for this model, not {sent}")
    size = int(np.prod(spec.shape, dtype=np.int64))
    if tensor.count != size:
        raise invalid("tensor.data", f"must hold {size} numbers for this shape, not {tensor.count}")
    array = np.empty(size, dtype=np.float32)
    exact, outside, at = True, _Outside(spec), 0
    for piece in tensor.pieces():
        outside.look(piece, at)
        part = array[at : at + piece.size]
        part[:] = np.clip(piece, spec.low, spec.high)
        exact = exact and bool(np.array_equal(part, piece))
        at += piece.size
    outside.refuse()
    return DecodedInput(array.reshape(spec.shape), "tensor", () if exact else ("rounded to float32",))


class _Outside:
    """The first number outside the model's scale, and how many there are."""

    def __init__(self, spec: InputSpec) -> None:
        self._low, self._high = spec.low, spec.high
        self._first: tuple[int, float] | None = None
        self._many = 0

    def look(self, piece: Piece, at: int) -> None:
        """Check a piece that begins at element ``at``. Raises ProblemError if a number is not finite."""
        if not np.all(finite := np.isfinite(piece)):
            place = at + int(np.argmin(finite))
            raise field_problem(f"tensor.data[{place}]", "must be a finite number that a double can hold")
        places = np.flatnonzero((piece < self._low) | (piece > self._high))
        if places.size and self._first is None:
            self._first = at + int(places[0]), float(piece[places[0]])
        self._many += places.size

    def refuse(self) -> None:
        """Raise ProblemError if a number was outside the scale."""
        if self._first is not None:
            place, value = self._first
            scale = f"[{shown_number(self._low)}, {shown_number(self._high)}]"
            said = f"{shown_number(value)} is outside the model's scale {scale} ({self._many} such values)"
            raise invalid(f"tensor.data[{place}]", said)


def invalid(field: str, message: str) -> ProblemError:
    """Make the problem of a tensor that the model does not accept."""
    return field_problem(field, message, "invalid-tensor")
