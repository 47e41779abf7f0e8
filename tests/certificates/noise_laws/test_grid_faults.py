"""What discrete noise cannot be added to is said in a sentence, and its charge is that of its draws."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from certificates import Noise
from certificates.noise_laws.grid_gaussian import discretisation_error
from certificates.noise_laws.pixel_grid import PixelGrid


def test_a_model_of_images_on_a_grid_takes_it() -> None:
    assert Noise.DISCRETE.model_fault("image", -1.0, 1.0) is None
    assert Noise.DISCRETE.model_fault("tensor", 0.0, 1.0) == "it takes tensors, which have no grid"
    for low, high in ((1.0, 0.0), (1.0, 1.0)):
        assert Noise.DISCRETE.model_fault("image", low, high) == (
            f"the scale must be finite and increasing, got [{low}, {high}]"
        )


def test_an_input_of_pixels_on_the_models_scale_takes_it() -> None:
    pixels = PixelGrid(-1.0, 1.0).values(np.arange(256))
    assert Noise.DISCRETE.input_fault(pixels, -1.0, 1.0) is None
    assert Noise.DISCRETE.input_fault(pixels[:3], 0.0, 1.0) == (
        "3 of 3 elements are not 8-bit pixel values (multiples of 1/255 of the scale [0, 1]); the first is "
        "element 0, -1.0; discrete noise needs an input of 8-bit pixels"
    )
    assert Noise.DISCRETE.input_fault(pixels, -1.0, 2.0) is not None


def test_noise_without_a_grid_is_charged_nothing() -> None:
    assert Noise.DISCRETE.charge(None, 784, 10**6) == 0.0


@pytest.mark.parametrize(("steps", "d", "draws"), [(63.75, 784, 10**5), (1.0, 1, 1), (3000.0, 10**7, 10**9)])
def test_a_charge_of_half_of_eta_is_refused(steps: float, d: int, draws: int) -> None:
    charge = discretisation_error(steps, d, draws)
    exact = Fraction(draws * d) * (21 * Fraction(steps) + 4) / 2**81
    assert exact < Fraction(charge) < exact * (1 + Fraction(1, 10**11))
    for eta, refused in ((2.0 * charge, True), (np.nextafter(2.0 * charge, 1.0), False)):
        problems = Noise.DISCRETE.problems(steps, float(eta), d, draws)
        assert [field for field, _ in problems] == ["eta"] * refused


def test_no_draws_cost_next_to_nothing_and_fewer_cannot_be() -> None:
    assert 0.0 <= discretisation_error(1.0, 1, 0) < 1e-300
    for steps, d, draws in ((0.0, 1, 1), (float("inf"), 1, 1), (1.0, 0, 1), (1.0, 1, -1)):
        with pytest.raises(ValueError, match="steps and d must be positive and draws not negative"):
            discretisation_error(steps, d, draws)


def test_pixels_alone_must_differ_as_float32_numbers() -> None:
    """Above ``2**24`` neighbouring integers become one float32 number."""
    top = float(2**24)
    assert len(set(PixelGrid(top - 255.0, top).values(np.arange(256)).tolist())) == 256
    with pytest.raises(ValueError, match="float32 merges neighbouring pixel values"):
        PixelGrid(top - 254.0, top + 1.0)


def test_a_grid_has_one_to_255_steps() -> None:
    assert PixelGrid(0.0, 1.0, 1).values([0, 1]).tolist() == [0.0, 1.0]
    for levels in (0, 256):
        with pytest.raises(ValueError, match=f"levels must be between 1 and 255, got {levels}"):
            PixelGrid(0.0, 1.0, levels)


def test_a_scale_of_one_number_is_not_increasing() -> None:
    with pytest.raises(ValueError, match="finite and increasing"):
        PixelGrid(1.0, 1.0)


def test_pixel_values_are_small_integers() -> None:
    """The worker adds noise to them in the same type."""
    pixels = PixelGrid().indices(PixelGrid().values(np.arange(256)))
    assert pixels.dtype == np.int16
    assert pixels.tolist() == list(range(256))


def test_more_steps_than_a_double_holds_are_refused_as_too_many() -> None:
    steps = Noise.DISCRETE.grid_steps(1.0e307, 0.0, 1.0)
    assert steps == math.inf
    assert [field for field, _ in Noise.DISCRETE.problems(steps, 0.001, 784, 1000)] == ["sigma"]
