"""Figures 5 to 15: radii of one certifier beside those of first order, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PERCENT: Final = np.arange(-5, 6)
"""Middles of the bins of changes, in per cent. Each is one wide; the outer two are open. As in the paper."""
NOTICEABLE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Gains:
    """How radii differ from those of first order.

    ``rows``: those that either certifies. ``shares``: of these, by bin; shape (11,). ``gaining`` and
    ``losing``: shares whose radius is more than 1 % larger or smaller. ``mean``: mean radius over that of
    first order, less 1; a row that is not certified counts as 0 in both means.
    """

    rows: int
    shares: Array
    gaining: float
    losing: float
    mean: float


def gains(first: Array, other: Array) -> Gains:
    """Compare radii of shape (rows,), 0 where a row is not certified to be of its class."""
    either = (first > 0.0) | (other > 0.0)
    if not either.any():
        raise ValueError("no row is certified by either certifier: there is nothing to compare")
    with np.errstate(divide="ignore"):
        change = other[either] / first[either] - 1.0
    places = np.clip(np.floor(100.0 * np.clip(change, -1.0, 1.0) + 0.5), PERCENT[0], PERCENT[-1])
    counts = np.array([np.count_nonzero(places == percent) for percent in PERCENT])
    return Gains(
        rows=int(np.count_nonzero(either)),
        shares=counts / counts.sum(),
        gaining=float(np.mean(change > NOTICEABLE)),
        losing=float(np.mean(change < -NOTICEABLE)),
        mean=float(other.mean() / first.mean() - 1.0),
    )


def certified_share(radii: Array, at: Array) -> Array:
    """Return the share of rows whose radius is at least each of ``at``, and above 0; shape of ``at``."""
    return np.array([np.mean((radii >= radius) & (radii > 0.0)) for radius in at])
