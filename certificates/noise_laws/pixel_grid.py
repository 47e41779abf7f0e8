"""The grid of 8-bit pixels in a model's input space: converts between integers and float32 numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVELS: Final = 255
"""Steps between black and white of an 8-bit pixel."""


class NotOnGridError(ValueError):
    """An input has elements that are not 8-bit pixel values in the model's scale."""


@dataclass(frozen=True, slots=True)
class PixelGrid:
    """The numbers ``low + i (high - low) / levels`` for integers ``i``; pixels are ``i = 0 .. levels``.

    ``low`` and ``high`` are the model's input scale. ValueError if the scale is not finite and increasing,
    or so narrow beside its offset that float32 cannot tell neighbouring pixel values apart.
    """

    low: float = 0.0
    high: float = 1.0
    levels: int = LEVELS

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"the scale must be finite and increasing, got [{self.low}, {self.high}]")
        if not 1 <= self.levels <= LEVELS:
            raise ValueError(f"levels must be between 1 and {LEVELS}, got {self.levels}")
        if np.any(np.diff(self.values(np.arange(self.levels + 1))) <= 0):
            raise ValueError("the scale is too narrow: float32 merges neighbouring pixel values")

    def steps(self, length: float) -> Fraction:
        """Return a length in input units as a number of grid steps, exactly."""
        return Fraction(length) * self.levels / (Fraction(self.high) - Fraction(self.low))

    def values(self, indices: ArrayLike) -> NDArray[np.float32]:
        """Return the float32 numbers that stand for grid points; indices may lie outside the pixel range.

        Gateway and workers both use this rule (float64 arithmetic, one rounding to float32) to turn integers
        into a model's inputs.
        """
        unit = np.asarray(indices, dtype=np.float64) / self.levels
        return (self.low + (self.high - self.low) * unit).astype(np.float32)

    def indices(self, x: ArrayLike) -> NDArray[np.int16]:
        """Return the pixel values ``0 .. levels`` of a float32 input whose every element is on the grid.

        Raises NotOnGridError, which counts the elements that are not exactly a pixel value.
        """
        given = np.asarray(x)
        if given.dtype != np.float32:
            raise NotOnGridError(f"must be float32 numbers, got {given.dtype}")
        scaled = (given.astype(np.float64) - self.low) / (self.high - self.low) * self.levels
        near: NDArray[np.int16] = np.clip(np.nan_to_num(np.rint(scaled)), 0, self.levels).astype(np.int16)
        off = np.flatnonzero(self.values(near) != given)
        if off.size:
            raise NotOnGridError(
                f"{off.size} of {given.size} elements are not 8-bit pixel values (multiples of "
                f"1/{self.levels} of the scale [{self.low:g}, {self.high:g}]); "
                f"the first is element {int(off[0])}, {given.ravel()[off[0]]!s}"
            )
        return near

    def contains(self, x: ArrayLike) -> bool:
        """Say whether every element of a float32 input is exactly a pixel value."""
        try:
            self.indices(x)
        except NotOnGridError:
            return False
        return True
