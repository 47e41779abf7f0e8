"""The numbers that bound rounding errors of stored sums fit each other, and counts stay exact in float64."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from certificates import HitCounts, PairCounts
from certificates.counts.exact_sums import (
    BLOCK_ERROR,
    GRID,
    LARGEST_NUMBER,
    LARGEST_SUM,
    MOST_ROWS,
    rounding_of_products,
    squares_at_least,
)
from certificates.counts.field_readers import read_fields, read_integer, read_number


def test_the_error_of_a_block_covers_its_grid_and_its_float64_sum() -> None:
    in_float64 = 6 * Fraction(MOST_ROWS) ** 2 * Fraction(LARGEST_NUMBER) / 2**53
    to_the_grid = Fraction(1, 2) / Fraction(GRID)
    assert in_float64 < Fraction(BLOCK_ERROR) / 4
    assert to_the_grid + in_float64 <= Fraction(BLOCK_ERROR) == 1 / Fraction(GRID)
    assert Fraction(LARGEST_SUM) * Fraction(GRID) <= 2**53


def test_no_number_that_stands_for_unit_noise_reaches_the_largest() -> None:
    """Box-Muller of 33 bits, and the conditional mean beyond the farthest end of a cell of discrete noise."""
    assert math.sqrt(2.0 * 33.0 * math.log(2.0)) < LARGEST_NUMBER
    assert LARGEST_NUMBER > 10.3 + 1.0 / 10.3


@pytest.mark.parametrize("products", [1, 2, 10, 1000])
def test_rounding_of_products_is_above_the_error_of_a_sum(products: int) -> None:
    rng = np.random.default_rng(products)
    factors = rng.uniform(-LARGEST_NUMBER, LARGEST_NUMBER, (2, products))
    total, exact = 0.0, Fraction(0)
    for a, b in factors.T.tolist():
        total += a * b
        exact += Fraction(a) * Fraction(b)
    assert abs(Fraction(total) - exact) <= Fraction(rounding_of_products(products))
    size = products * (products + 3) * Fraction(LARGEST_NUMBER) ** 2 / 2**52
    assert (
        size * (1 - Fraction(1, 2**50))
        <= Fraction(rounding_of_products(products))
        <= size * (1 + Fraction(1, 2**50))
    )


@pytest.mark.parametrize("products", [1, 2, 10, 1000])
def test_squares_are_bounded_from_below(products: int) -> None:
    numbers = np.random.default_rng(products).uniform(-LARGEST_NUMBER, LARGEST_NUMBER, products)
    total, exact = 0.0, Fraction(0)
    for a in numbers.tolist():
        total += a * a
        exact += Fraction(a) ** 2
    lower = Fraction(squares_at_least(total, products))
    assert exact * (1 - Fraction(3 * (products + 4), 2**52)) <= lower <= exact
    assert squares_at_least(0.0, products) == 0.0
    assert squares_at_least(1e-300, 2**53) == 0.0


def test_counts_are_whole_numbers_that_float64_holds() -> None:
    assert HitCounts(2**53, 0, (2**53,)).hits == 2**53
    assert PairCounts(2**53, 1, 0, 0, 0).pairs == 2**53
    with pytest.raises(ValueError, match=r"^n must not exceed 2\*\*53"):
        HitCounts(2**53 + 1, 0, (2**53 + 1,))
    with pytest.raises(ValueError, match=r"^pairs must not exceed 2\*\*53"):
        PairCounts(2**53 + 1, 1, 0, 0, 0)


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None])
def test_only_integers_are_read_as_such(value: object) -> None:
    with pytest.raises(ValueError, match=r"^a\.b must be an integer$"):
        read_integer("a.b", value)
    assert read_integer("a.b", -3) == -3


@pytest.mark.parametrize("value", [True, "1", None, math.nan, math.inf, 10**400, 7.0000001, -8])
def test_only_numbers_of_a_size_are_read_as_such(value: object) -> None:
    with pytest.raises(ValueError, match=r"^a\.b must be a finite number of at most 7 in size$"):
        read_number("a.b", value, 7.0)
    assert read_number("a.b", -7, 7.0) == -7.0
    assert isinstance(read_number("a.b", 7, 7.0), float)


def test_objects_have_exactly_their_fields() -> None:
    assert read_fields("a", {"x": 1}, {"x"}) == {"x": 1}
    for data in ({"x": 1, "z": 2}, {}, [("x", 1)], None):
        with pytest.raises(ValueError, match=r"^a must be an object with the fields x, y$"):
            read_fields("a", data, {"y", "x"})
