"""The thresholds are the cdf of the rounded Gaussian to 80 bits, and the table of means is exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import ndtr

from certificates.noise_laws.grid_gaussian import LARGEST_STEPS, THRESHOLD_BITS, discretisation_error
from certificates.noise_laws.pixel_grid import PixelGrid
from tests.support.integer_normal import density, upper_tail
from worker.noise.discrete.exact_tables import level_tables

UNIT = Fraction(1, 2**THRESHOLD_BITS)
SIGMAS = [0.12, 0.25, 1.0]


def test_integer_arithmetic_knows_the_normal_law() -> None:
    for x in (0.0, 0.5, 1.0, 3.0, 8.0):
        assert float(upper_tail(Fraction(x))) == pytest.approx(float(ndtr(-x)), rel=1e-14)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_thresholds_are_the_nearest_integers_to_the_exact_cdf(sigma: float) -> None:
    steps = PixelGrid().steps(sigma)
    tails = level_tables(steps).tails
    for level in {0, 1, 2, *range(0, len(tails), 37), len(tails) - 2, len(tails) - 1}:
        exact = upper_tail((level + Fraction(1, 2)) / steps)
        assert abs(tails[level] * UNIT - exact) <= UNIT / 2 * (1 + Fraction(1, 2**60)), level
    assert upper_tail((len(tails) + Fraction(1, 2)) / steps) < UNIT / 2


@pytest.mark.parametrize("sigma", SIGMAS)
def test_conditional_means_are_correct_to_the_last_bit(sigma: float) -> None:
    steps = PixelGrid().steps(sigma)
    means = level_tables(steps).means
    for level in {1, 2, 3, *range(1, len(means), 41), len(means) - 1}:
        a, b = ((level + Fraction(side, 2)) / steps for side in (-1, 1))
        exact = (density(a) - density(b)) / (upper_tail(a) - upper_tail(b))
        assert abs(Fraction(float(means[level])) - exact) <= abs(exact) * Fraction(1, 2**53) * (
            1 + Fraction(1, 2**20)
        )
        assert a < exact < b
    assert means[0] == 0.0


@pytest.mark.parametrize("sigma", [0.004, 0.05, *SIGMAS])
def test_total_variation_bound_covers_every_threshold_and_the_tails(sigma: float) -> None:
    steps = PixelGrid().steps(sigma)
    tables = level_tables(steps)
    k = tables.max_abs
    assert k <= 10.3 * steps + 1
    thresholds_and_tails = (2 * k * Fraction(1, 2) + 1) * UNIT
    assert thresholds_and_tails <= Fraction(discretisation_error(float(steps), 1, 1))


def test_total_variation_is_really_below_the_bound() -> None:
    """Summed exactly over all levels, for a grid coarse enough to do so."""
    steps = PixelGrid(levels=8).steps(0.5)
    tables = level_tables(steps)
    exact = [upper_tail((k + Fraction(1, 2)) / steps) for k in range(tables.max_abs + 1)]
    drawn = [tail * UNIT for tail in tables.tails] + [Fraction(0)]
    positive = sum(
        abs((exact[k - 1] - exact[k]) - (drawn[k - 1] - drawn[k])) for k in range(1, tables.max_abs + 1)
    )
    distance = positive + abs(exact[0] - drawn[0]) + exact[-1]
    assert 0 < distance <= Fraction(discretisation_error(float(steps), 1, 1))


def test_thresholds_are_symmetric_and_increase() -> None:
    thresholds = level_tables(PixelGrid().steps(0.25)).thresholds
    assert all(a + b == 2**THRESHOLD_BITS for a, b in zip(thresholds, reversed(thresholds), strict=True))
    assert list(thresholds) == sorted(thresholds)
    assert thresholds[0] >= 1


def test_mean_of_squares_of_the_conditional_means_is_below_one() -> None:
    """Conditioning takes variance away: ``E m(J)^2 = 1 - E Var(g | J)``, near ``1 - 1 / (12 s^2)``."""
    for levels in (4, 16, 255):
        steps = PixelGrid(levels=levels).steps(0.25)
        tables = level_tables(steps)
        mass = -np.diff(np.array([*tables.tails, 0]) / 2**THRESHOLD_BITS)
        second_moment = 2 * float(np.sum(mass * tables.means[1:] ** 2))
        assert second_moment == pytest.approx(1 - 1 / (12 * float(steps) ** 2), rel=0.02 / float(steps) ** 2)
        assert second_moment < 1


@pytest.mark.parametrize("steps", [Fraction(0), Fraction(-1), Fraction(LARGEST_STEPS) + 1])
def test_noise_out_of_range_is_refused(steps: Fraction) -> None:
    with pytest.raises(ValueError, match="grid steps"):
        level_tables(steps)
