"""Test sets have the shapes that the models take, and are the same each time."""

import numpy as np
import pytest

from figures.test_sets import components, digits, photos, small_digits, swiss_roll


def test_digits_in_three_sizes() -> None:
    large, small, few = digits(4), small_digits(4), components(4)
    assert (large.x.shape, small.x.shape, few.x.shape) == ((4, 1, 28, 28), (4, 1, 7, 7), (4, 10))
    assert np.allclose(large.x.reshape(4, 7, 4, 7, 4).mean(axis=(2, 4)), small.x[:, 0], atol=1e-6)


def test_more_digits_than_are_held_out_are_refused() -> None:
    with pytest.raises(ValueError, match="1000 digits are held out"):
        small_digits(1001)


def test_the_swiss_roll_is_the_same_each_time_and_within_the_models_range() -> None:
    one, two = swiss_roll(50), swiss_roll(50)
    assert np.array_equal(one.x, two.x)
    assert np.abs(one.x).max() <= 1.0


def test_photographs_are_pixels_without_classes() -> None:
    found = photos(2)
    assert found.x.shape == (2, 224, 224, 3)
    assert found.x.dtype == np.uint8
    assert found.y is None
