"""Gains count the rows that either certifier certifies, and compare radii row by row."""

import numpy as np
import pytest

from figures.numbers.radius_gains import PERCENT, certified_share, gains


def test_changes_fall_into_bins_of_one_per_cent() -> None:
    first = np.array([1.0, 1.0, 1.0, 1.0])
    found = gains(first, np.array([1.0, 1.021, 0.979, 1.5]))
    shares = dict(zip(PERCENT.tolist(), found.shares.tolist(), strict=True))
    assert {percent: share for percent, share in shares.items() if share} == {
        -2: 0.25,
        0: 0.25,
        2: 0.25,
        5: 0.25,
    }
    assert (found.gaining, found.losing) == (0.5, 0.25)
    assert found.mean == pytest.approx(0.125)


def test_rows_that_one_alone_certifies_are_in_the_outer_bins() -> None:
    found = gains(np.array([0.0, 1.0, 0.0]), np.array([0.1, 0.0, 0.0]))
    assert found.rows == 2
    assert (found.shares[0], found.shares[-1]) == (0.5, 0.5)
    assert (found.gaining, found.losing) == (0.5, 0.5)


def test_nothing_certified_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        gains(np.zeros(3), np.zeros(3))


def test_rows_without_certificate_are_not_certified_at_radius_zero() -> None:
    share = certified_share(np.array([0.0, 0.2, 0.4]), np.array([0.0, 0.2, 0.3]))
    assert np.allclose(share, [2 / 3, 2 / 3, 1 / 3])
