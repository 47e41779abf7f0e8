"""The polynomials of the Box-Muller transform are as near to their functions as is said."""

from __future__ import annotations

import pytest

from scripts.box_muller_polynomials import POLYNOMIALS, Approximated, best, largest_error, rounded

STATED = {"logarithm": 9.2e-9, "sine": 3.9e-8, "cosine": 2.0e-8}
ONE_ROUNDING = 2.0**-24


@pytest.mark.parametrize("of", POLYNOMIALS, ids=lambda of: of.name)
def test_the_terms_in_use_err_by_what_is_stated_and_less_than_one_rounding(of: Approximated) -> None:
    error = largest_error(of, rounded(of.used))
    assert error == pytest.approx(STATED[of.name], rel=0.02)
    assert error < ONE_ROUNDING


@pytest.mark.parametrize("of", POLYNOMIALS, ids=lambda of: of.name)
def test_they_are_better_than_the_best_terms_rounded_to_float32(of: Approximated) -> None:
    found = best(of)
    least = largest_error(of, found)
    assert least < largest_error(of, rounded(of.used)) < largest_error(of, rounded(found))
    nudged = [*found[:-2], found[-2] * (1 + 1e-8), found[-1]]
    assert largest_error(of, nudged) > least
