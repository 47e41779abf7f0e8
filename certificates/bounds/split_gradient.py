"""An upper bound on the gradient norm from split, centred means. Its error is of order sqrt(d)/N.

Proof: docs/theorems.md, Theorem 4.
"""

from __future__ import annotations

import math

import numpy as np

from certificates.bounds.error_probability import check_error
from certificates.bounds.slope_proxy import PROXY_VARIANCE
from certificates.curves.directed_rounding import up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import profile


def gradient_norm_upper_split(
    inner_product: float,
    n_half: int,
    d: int,
    sigma: float,
    alpha: float,
    p_lower: float,
    inner_product_error: float = 0.0,
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    ``inner_product``: ``U = A . B`` of the means of ``(f - 1/2) g`` over two disjoint sets of samples, in
    unit noise; ``n_half``: samples in the smaller set; ``inner_product_error``: how far ``U`` may be off by
    rounding. With ``s = PROXY_VARIANCE / n_half``,

        (sigma ||grad p||)^2 <= (1 + x) U + (1 + x)/x s (ln(1/alpha) - d/2 ln(1 - x^2))  for every x in (0, 1)

    and the smallest value found is used. Because the bound grows with ``U``, the choice of ``x`` may depend
    on ``U``. The result never exceeds ``phi(Phi^-1(p)) / sigma`` at ``p = max(p_lower, 1/2)``. Raises
    ValueError if an argument is out of range.
    """
    check_sigma(sigma)
    if n_half < 0 or d < 1:
        raise ValueError(f"n_half must not be negative and d must be positive, got {n_half} and {d}")
    if not (math.isfinite(inner_product) and 0.0 <= inner_product_error < math.inf):
        raise ValueError(f"the inner product and its error must be finite, got {inner_product}")
    check_error("alpha", alpha)
    if not 0.0 <= p_lower <= 1.0:
        raise ValueError(f"p_lower must be in [0, 1], got {p_lower}")
    ceiling = up(profile(1.0 - max(p_lower, 0.5)))
    if n_half == 0:
        return up(ceiling / sigma)
    squared = _least(inner_product + inner_product_error, PROXY_VARIANCE / n_half, d, -math.log(alpha))
    return up(min(up(math.sqrt(max(squared, 0.0))), ceiling) / sigma)


def _least(inner: float, s: float, d: int, log_term: float) -> float:
    """Return the smallest bound of three passes of trials. Each trial is a valid bound, rounded up."""
    low, high = -10.0 * math.log(10.0), -1e-9
    best = math.inf
    for _ in range(3):
        x = np.exp(np.linspace(low, high, 257))
        noise = (1.0 + x) / x * s * (log_term - 0.5 * d * np.log1p(-x * x))
        bound = (1.0 + x) * inner + noise + 1e-13 * (2.0 * abs(inner) + noise)
        i = int(np.argmin(bound))
        best = min(best, float(bound[i]))
        step = (high - low) / 256.0
        centre = low + i * step
        low, high = centre - step, min(centre + step, -1e-9)
    return best
