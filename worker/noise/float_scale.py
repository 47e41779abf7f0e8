"""Round sigma up to float32, for the sources of float32 Gaussian noise."""

from __future__ import annotations

import numpy as np


def float32_at_least(sigma: float) -> np.float32:
    """Return the least float32 number not below ``sigma``, which is positive.

    Noise slightly larger than stated supports a larger radius than the certified one, so this errs to the
    safe side (docs/floating-point.md, section 7).
    """
    nearest = np.float32(sigma)
    return nearest if float(nearest) >= sigma else np.nextafter(nearest, np.float32(np.inf))
