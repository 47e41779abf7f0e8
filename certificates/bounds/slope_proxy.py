"""Sub-Gaussian variance proxies of votes times noise: for every slope, and for slopes up to a given one.

Proof: docs/theorems.md, Lemma 2 (all slopes) and docs/theorems.md, Lemma 20 (small slopes).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PROXY_VARIANCE = 0.40219
"""Sub-Gaussian variance proxy of ``w (u . g)`` for votes ``w`` of +-1/2 and any unit vector ``u``, rounded
up.

It is ``sup_l (2/l^2) sup_f {log E exp(l X) - l E X} = 0.4021809...``: docs/theorems.md, Lemma 2. A test
(tests/certificates/bounds/gradient_pairs/test_slope_proxy.py) computes it again.
"""

AT_ZERO, LINEAR, QUADRATIC = 0.2501, 0.0463, 0.0045
"""``2 K(l)/l^2 <= AT_ZERO + LINEAR l + QUADRATIC l^2`` for every slope ``l > 0``.

Towards ``l = 0`` it tends to 1/4, the largest variance, with the slope 0.0461. The numbers are rounded up; a
test (tests/certificates/bounds/gradient_pairs/test_slope_proxy.py) computes ``K`` again.
"""

MISSES_PROXY = 1.28638
"""Sub-Gaussian variance proxy of ``f (u . g)`` for votes ``f`` of 0 and 1 at every slope, rounded up.

It is ``(1/2 + sqrt(PROXY_VARIANCE))^2``, as ``f g = g/2 + (f - 1/2) g`` (docs/theorems.md, Lemma 22).
"""


def proxy_variance(slope: Array) -> Array:
    """Return ``tau2(l)`` with ``log E exp(v . (X - E X)) <= tau2(l) |v|^2/2`` for all ``|v| <= l``.

    ``X = (f - 1/2) g``. ``slope``: numbers ``l >= 0`` of any shape; infinity is allowed.
    """
    small = np.minimum(slope, 10.0)
    return np.minimum(AT_ZERO + (LINEAR + QUADRATIC * small) * small, PROXY_VARIANCE)
