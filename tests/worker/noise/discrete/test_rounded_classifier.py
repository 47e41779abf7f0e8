"""docs/floating-point.md, Theorem 12: integer noise estimates the Gaussian quantities of the rounded F."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from tests.support.level_sets import CASES, LevelSet

cases = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


@cases
def test_the_probability_is_that_of_gaussian_smoothing(case: LevelSet) -> None:
    assert case.p == pytest.approx(case.smoothed(0.0), abs=1e-14)


@cases
def test_the_gradient_is_that_of_gaussian_smoothing(case: LevelSet) -> None:
    """``s dp/dx`` in closed form, and the sum over levels of the conditional means."""
    s = float(case.s)
    exact = sum(norm.pdf((a - 0.5) / s) - norm.pdf((b + 0.5) / s) for a, b in case.runs)
    assert case.gradient == pytest.approx(exact, abs=1e-14)
    step = 1e-4 * s
    assert exact == pytest.approx(s * (case.smoothed(step) - case.smoothed(-step)) / (2 * step), abs=1e-7)


@cases
def test_the_antithetic_probabilities_are_those_of_gaussian_noise(case: LevelSet) -> None:
    """By integrating ``f(e) f(-e)`` and ``f(e) (1 - f(-e))`` with the rounding inside the integral."""
    s = float(case.s)
    edges = sorted({edge for a, b in case.runs for edge in (a - 0.5, b + 0.5, 0.5 - a, -b - 0.5)})
    inner = [edge for edge in edges if abs(edge) < 40 * s]
    both = negative = 0.0
    for low, high in zip([-np.inf, *inner], [*inner, np.inf], strict=True):
        middle = np.array(
            [np.rint(np.clip((low + high) / 2, (inner[0] - 9), (inner[-1] + 9)))], dtype=np.int64
        )
        if np.isinf(low) or np.isinf(high):
            middle = np.array([int(high - 9.5) if np.isinf(low) else int(low + 9.5)])
        mass = float(ndtr(high / s) - ndtr(low / s))
        plus, minus = bool(case.hits(middle)[0]), bool(case.hits(-middle)[0])
        both += mass * (plus and minus)
        negative += mass * (plus and not minus)
    assert case.c_s == pytest.approx(both, abs=1e-13)
    assert case.c_n == pytest.approx(negative, abs=1e-13)
    assert case.c_s + case.c_n == pytest.approx(case.p, abs=1e-14)


@pytest.mark.parametrize("x", [-3, -1, 0, 2, 7])
@cases
def test_a_shift_of_the_image_by_whole_steps_is_a_shift_of_the_integers(case: LevelSet, x: int) -> None:
    """``q(x' + e) = x' + q(e)``: the same draws serve every image on the grid."""
    assert float(case.mass[case.hits(case.levels + x)].sum()) == pytest.approx(case.smoothed(x), abs=1e-13)


def test_conditional_means_are_means_over_a_cell() -> None:
    case = CASES["half-line"]
    s = float(case.s)
    for level in (-4, 0, 1, 3):
        a, b = (level - 0.5) / s, (level + 0.5) / s
        weight, _ = quad(norm.pdf, a, b)
        moment, _ = quad(lambda g: g * norm.pdf(g), a, b)
        assert case.means[level + case.tables.max_abs] == pytest.approx(moment / weight, abs=1e-10)
