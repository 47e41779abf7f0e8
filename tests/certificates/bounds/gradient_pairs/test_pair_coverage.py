"""Simulated coverage of the gradient bounds from pairs and of the radii, at an eta that can be measured.

benchmarks/gradient_coverage.py makes the same runs in larger numbers.
"""

from __future__ import annotations

import pytest
from scipy.stats import binom

from benchmarks.gradient_coverage import CASES, Case, wrong
from certificates import Weights

ETA = 0.05
REPETITIONS = 2000


@pytest.mark.parametrize("d", [1, 2, 784])
@pytest.mark.parametrize("weights", Weights)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gradient_bound_and_radius_cover(case: Case, weights: Weights, d: int) -> None:
    """With 200 samples and misses of probability 0.005, most runs have no, one or two misses."""
    if d == 1 and case.name.startswith("mixed"):
        return
    allowed = float(binom.ppf(1.0 - 1e-6, REPETITIONS, ETA)) / REPETITIONS
    gradient, radius = wrong(case, weights, 200, d, REPETITIONS, ETA, seed=d)
    assert gradient <= allowed
    assert radius <= allowed
