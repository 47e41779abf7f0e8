"""Gaussian noise rounded to the grid of 8-bit pixels, drawn from 80-bit integers.

What is sampled is what is certified: docs/floating-point.md, Theorem 12. The distance between the law that is
drawn and the exact law is charged to eta: docs/floating-point.md, Theorem 13.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from certificates.noise_laws.noise_law import Noise
from certificates.noise_laws.pixel_grid import NotOnGridError, PixelGrid

SHARE = "noise_discretisation"
"""Key of this charge in ``eta_spent``."""

LARGEST_STEPS = 3000
"""Largest sigma, in steps of the grid. Noise is below 10.3 sigma, so noise plus pixel stays within int16."""

THRESHOLD_BITS = 80
"""Bits of the drawn integers: every probability of the law that is drawn is a multiple of ``2**-80``."""

_THRESHOLD_ERROR = 2.0 ** -(THRESHOLD_BITS + 1)


def discretisation_error(steps: float, d: int, draws: int) -> float:
    """Return a bound on the total variation between all noise of a job and its exact law, rounded up.

    ``steps``: sigma in steps of the grid, 255 sigma for pixels scaled to [0, 1]; ``d``: input elements;
    ``draws``: the ``n`` that was asked for, even if the job ends before, since its end may depend on what was
    drawn. The bound is ``draws d (21 steps + 4) 2**-81`` (docs/floating-point.md, Theorem 13): each of the
    ``2 K`` thresholds of one draw has an error of at most ``2**-81``, the tails that are cut off have
    probability ``2**-80``, and ``K <= 10.3 steps + 1``. ValueError if an argument is out of range.
    """
    if not 0.0 < steps < math.inf or d < 1 or draws < 0:
        raise ValueError(f"steps and d must be positive and draws not negative, got {steps}, {d}, {draws}")
    return math.nextafter(draws * (d * ((21.0 * steps + 4.0) * _THRESHOLD_ERROR)) * (1.0 + 1e-12), math.inf)


@dataclass(frozen=True)
class GridGaussian(Noise):
    """A law of integers: images of 8-bit pixels stay on their grid, and nothing is rounded."""

    about: ClassVar[str] = (
        "rounded to the grid of 8-bit pixels and drawn exactly, so that the guarantee holds for 8-bit images "
        "as computed; it needs a model of images, and a tensor or an image of more than 8 bits must lie on "
        "that grid"
    )

    def model_fault(self, kind: str, low: float, high: float) -> str | None:
        """See Noise."""
        if kind != "image":
            return "it takes tensors, which have no grid"
        try:
            PixelGrid(low, high)
        except ValueError as error:
            return str(error)
        return None

    def input_fault(self, x: ArrayLike, low: float, high: float) -> str | None:
        """See Noise."""
        try:
            PixelGrid(low, high).indices(x)
        except NotOnGridError as error:
            return f"{error}; {self.name} noise needs an input of 8-bit pixels"
        return None

    def grid_steps(self, sigma: float, low: float, high: float) -> float | None:
        """See Noise. Infinite if a double cannot hold it, so that ``problems`` refuses it."""
        try:
            return float(PixelGrid(low, high).steps(sigma))
        except OverflowError:
            return math.inf

    def problems(self, grid_steps: float | None, eta: float, d: int, draws: int) -> list[tuple[str, str]]:
        """See Noise."""
        if grid_steps is None or not 0.0 < grid_steps <= LARGEST_STEPS:
            limit = f"must be at most {LARGEST_STEPS} steps between pixel values"
            return [("sigma", f"{limit} for {self.name} noise")]
        charge = self.charge(grid_steps, d, draws)
        if charge >= 0.5 * eta:
            costs = f"whose finite precision costs {charge:.3g} of it"
            return [("eta", f"is too small for {self.name} noise, {costs}")]
        return []

    def charge(self, grid_steps: float | None, d: int, draws: int) -> float:
        """See Noise."""
        return 0.0 if grid_steps is None else discretisation_error(grid_steps, d, draws)

    def spent(self, charge: float) -> Mapping[str, float]:
        """See Noise."""
        return {SHARE: charge}
