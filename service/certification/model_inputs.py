"""Inputs as the model sees them: float32 arrays in its scale, and the record of how they were made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jobs.spec import InputRecord
from registry.manifest import InputSpec

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DecodedInput:
    """One checked input: float32 of the model's shape, and what was done to obtain it."""

    array: Array
    source: Literal["image", "tensor"]
    conversions: tuple[str, ...] = ()

    @property
    def data(self) -> memoryview:
        """Little-endian, C-ordered float32: the bytes that are stored and hashed. They are not copied."""
        return self.array.astype("<f4", order="C", copy=False).data.cast("B")

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
