"""Inputs as the model sees them: float32 arrays in its scale, and the record of how they were made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jobs.spec import InputRecord
from models.manifest import InputSpec
from service.problems import ProblemError, field_problem
from service.wording import shown_number

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DecodedInput:
    """One checked input: float32 of the model's shape, and what was done to obtain it."""

    array: Array
    source: Literal["image", "tensor"]
    conversions: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        """Little-endian, C-ordered float32: the form in which it is stored and hashed."""
        return self.array.astype("<f4", order="C", copy=False).tobytes()

    def record(self, spec: InputSpec) -> InputRecord:
        """Return the record that travels with the job."""
        return InputRecord(
            shape=self.array.shape,
            low=spec.low,
            high=spec.high,
            sha256=hashlib.sha256(self.data).hexdigest(),
            source=self.source,
            conversions=self.conversions,
        )


def from_tensor(shape: list[int], data: list[float], spec: InputSpec) -> DecodedInput:
    """Check a tensor given as a shape and a flat list of finite numbers in C order.

    Raises:
        ProblemError: ``invalid-tensor`` when the shape is not the model's, when the number of values does
            not fit the shape, or when a value lies outside the model's scale.

    """
    if tuple(shape) != spec.shape:
        raise _invalid("tensor.shape", f"must be {list(spec.shape)} for this model")
    values = np.asarray(data, dtype=np.float64)
    if values.size != np.prod(spec.shape, dtype=np.int64):
        count = int(np.prod(spec.shape, dtype=np.int64))
        raise _invalid("tensor.data", f"must hold {count} numbers for this shape, not {values.size}")
    outside = np.flatnonzero(~((values >= spec.low) & (values <= spec.high)))
    if outside.size:
        place = int(outside[0])
        message = (
            f"{shown_number(values[place])} is outside the model's scale "
            f"[{shown_number(spec.low)}, {shown_number(spec.high)}] "
            f"({outside.size} such values)"
        )
        raise _invalid(f"tensor.data[{place}]", message)
    array = values.astype(np.float32).reshape(spec.shape)
    exact = bool(np.all(array == values.reshape(spec.shape)))
    return DecodedInput(array, "tensor", () if exact else ("rounded to float32",))


def _invalid(field: str, message: str) -> ProblemError:
    return field_problem(field, message, "invalid-tensor")
