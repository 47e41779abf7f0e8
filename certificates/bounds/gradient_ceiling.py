"""The largest norm that the gradient of a smoothed score can have."""

from __future__ import annotations

from certificates.curves.directed_rounding import up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import profile


def gradient_norm_ceiling(p_lower: float, sigma: float) -> float:
    """Return ``phi(Phi^-1(p)) / sigma`` at ``p = max(p_lower, 1/2)``, rounded up.

    No smoothed score of at least ``p`` has a larger gradient norm (eq. 1 of the paper); scores below
    1/2 are never certified, so ``p`` is taken to be at least 1/2. ValueError if an argument is out of range.
    """
    if not 0.0 <= p_lower <= 1.0:
        raise ValueError(f"p_lower must be in [0, 1], got {p_lower}")
    return up(profile(1.0 - max(p_lower, 0.5)) / check_sigma(sigma))
