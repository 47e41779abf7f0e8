"""Gaussian noise as float32 numbers, for any input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from certificates.noise_laws.noise_law import Noise


@dataclass(frozen=True)
class FloatGaussian(Noise):
    """A law whose float32 numbers are treated as exact Gaussian numbers; their rounding is not charged.

    docs/floating-point.md, sections 1 and 7, say what that leaves open.
    """

    about: ClassVar[str] = "float32 numbers, for any input"

    def model_fault(self, kind: str, low: float, high: float) -> str | None:  # noqa: ARG002 - any model
        """See Noise."""
        return None

    def input_fault(self, x: ArrayLike, low: float, high: float) -> str | None:  # noqa: ARG002 - any input
        """See Noise."""
        return None

    def grid_steps(self, sigma: float, low: float, high: float) -> float | None:  # noqa: ARG002 - no grid
        """See Noise."""
        return None

    def problems(
        self,
        grid_steps: float | None,
        eta: float,  # noqa: ARG002 - nothing is charged
        d: int,  # noqa: ARG002 - as above
        draws: int,  # noqa: ARG002 - as above
    ) -> list[tuple[str, str]]:
        """See Noise."""
        return [] if grid_steps is None else [("noise", f"has a grid, and {self.name} noise has none")]

    def charge(self, grid_steps: float | None, d: int, draws: int) -> float:  # noqa: ARG002 - nothing
        """See Noise."""
        return 0.0

    def spent(self, charge: float) -> Mapping[str, float]:  # noqa: ARG002 - nothing is charged
        """See Noise."""
        return {}
