"""The numbers of Figures 1a and 1b are those that the paper states in its text."""

import numpy as np
import pytest

from figures.numbers.exact_bounds import exact_radii, score_bounds


def test_first_order_falls_by_one_a_sigma_from_the_score() -> None:
    bounds = score_bounds(0.8)
    assert np.allclose(bounds.first_order, 0.841621 - bounds.r, atol=1e-6)


def test_a_gradient_of_zero_keeps_the_bound_above_one_half_for_longer() -> None:
    bounds = score_bounds(0.8)
    first, second = (bounds.r[line > 0.0].max() for line in (bounds.first_order, bounds.no_gradient))
    assert first == pytest.approx(0.8416, abs=0.013)
    assert second == pytest.approx(1.268, abs=0.013)
    assert (bounds.no_gradient >= bounds.first_order).all()


def test_the_largest_gradient_gives_the_radius_of_first_order() -> None:
    line = exact_radii(0.9)
    assert line.second_order[-1] == pytest.approx(line.first_order)
    assert line.first_order == pytest.approx(1.281552, abs=1e-6)
    assert (np.diff(line.second_order) < 0.0).all()


def test_score_0_6_without_gradient_is_slightly_below_score_0_8() -> None:
    without = exact_radii(0.6).second_order[0]
    alone = exact_radii(0.8).first_order
    assert alone - 0.25 < without < alone
