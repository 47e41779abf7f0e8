"""Inputs as the model sees them: float32 arrays in the model's scale, with the conversions that made them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jobs.spec import InputRecord
from registry.input_spec import InputSpec

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DecodedInput:
    """One checked input: float32 of the model's shape, and the conversions that made it, in order."""

    array: Array
    source: Literal["image", "tensor"]
    conversions: tuple[str, ...] = ()

    @property
    def data(self) -> memoryview:
        """Return the bytes that are stored and hashed, little-endian float32 in C order, without a copy."""
        return self.array.astype("<f4", order="C", copy=False).data.cast("B")

    def record(self, spec: InputSpec) -> InputRecord:
        """Return the description of the input that is stored with the job."""
        return InputRecord(
            shape=self.array.shape,
            low=spec.low,
            high=spec.high,
            sha256=hashlib.sha256(self.data).hexdigest(),
            source=self.source,
            conversions=self.conversions,
        )
