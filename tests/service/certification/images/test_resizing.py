"""Pictures are brought to the model's size by its rule, and the answer says how."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from certificates.noise_laws.pixel_grid import PixelGrid
from service.http.problems import ProblemError
from tests.support.resized import decoded, image_spec, photograph

GREY = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10


def test_a_border_of_the_models_colour_is_added() -> None:
    rule = {"method": "fit_with_border", "filter": "box", "border": [255, 51, 0]}
    array, said = decoded(Image.new("RGB", (8, 2)), image_spec((3, 4, 4), resize=rule))
    expected = np.zeros((3, 4, 4), np.float32)
    expected[:, [0, 1, 2, 3]] = np.array([1, 0.2, 0], np.float32)[:, None, None]
    expected[:, 1] = 0
    np.testing.assert_array_equal(array, expected)
    assert said == [
        "resized from 8x2 to 4x1 (proportions kept, fits into the size, box)",
        "border of colour 255, 51, 0 added up to 4x4",
    ]


def test_a_border_of_sixteen_bit_grey_has_the_same_brightness() -> None:
    picture = Image.fromarray(np.full((2, 2), 65535, np.uint16))
    rule = {"method": "fit_with_border", "filter": "box", "size": 2, "border": [51]}
    array, _ = decoded(picture, image_spec((1, 4, 4), "L", resize=rule))
    np.testing.assert_allclose(array[0, 0], 0.2, rtol=1e-6)
    np.testing.assert_array_equal(array[0, 1:3, 1:3], 1.0)


def test_a_picture_of_the_models_size_is_resized_too_where_the_rule_has_another() -> None:
    rule = {"method": "stretch", "filter": "box", "size": [8, 12]}
    array, said = decoded(Image.fromarray(GREY), image_spec((1, 4, 6), "L", resize=rule))
    expected = np.repeat(np.repeat(GREY, 2, axis=0), 2, axis=1)[2:6, 3:9]
    np.testing.assert_array_equal(array[0], (expected / 255).astype(np.float32))
    assert said == [
        "resized from 6x4 to 12x8 (stretch, box)",
        "cut to the middle 6x4 (from row 2, column 3)",
    ]


def test_a_picture_of_the_models_size_is_left_alone_where_the_rule_names_no_other() -> None:
    rule = {"method": "shorter_side_center_crop", "filter": "lanczos"}
    array, said = decoded(Image.fromarray(GREY), image_spec((1, 4, 6), "L", resize=rule))
    np.testing.assert_array_equal(array[0], (GREY / 255).astype(np.float32))
    assert said == []


@pytest.mark.parametrize(("offsets", "first"), [("half_even", 2), ("down", 1)])
def test_half_a_column_goes_where_the_rule_says(offsets: str, first: int) -> None:
    row = np.arange(7, dtype=np.uint8).reshape(1, 7)
    rule = {"method": "stretch", "filter": "box", "size": [1, 7], "offsets": offsets}
    array, _ = decoded(Image.fromarray(row), image_spec((1, 1, 4), "L", resize=rule))
    assert round(float(array[0, 0, 0]) * 255) == first


def test_bilinear_without_antialiasing_looks_at_four_pixels() -> None:
    row = np.array([[0, 0, 0, 200, 100, 0, 0, 0]], np.uint8)
    rule = {"method": "stretch", "filter": "bilinear", "antialias": False}
    array, said = decoded(Image.fromarray(row), image_spec((1, 1, 1), "L", resize=rule))
    assert float(array[0, 0, 0]) == pytest.approx(150 / 255)
    assert said == ["resized from 8x1 to 1x1 (stretch, bilinear, not antialiased)"]


def test_channels_may_be_blue_first_and_come_last() -> None:
    colour = Image.new("RGB", (2, 2), (255, 51, 0))
    array, said = decoded(colour, image_spec((2, 2, 3), "BGR", layout="NHWC"))
    np.testing.assert_array_equal(array, np.broadcast_to(np.array([0, 0.2, 1], np.float32), (2, 2, 3)))
    assert said == ["channels in the order blue, green, red"]


def test_grey_is_repeated_for_blue_first_too() -> None:
    array, said = decoded(Image.fromarray(GREY), image_spec((3, 4, 6), "BGR"))
    np.testing.assert_array_equal(array, np.stack([(GREY / 255).astype(np.float32)] * 3))
    assert said == ["mode L converted to RGB", "channels in the order blue, green, red"]


def test_a_thin_picture_is_refused_before_it_takes_memory() -> None:
    rule = {"method": "shorter_side_center_crop", "filter": "bicubic"}
    with pytest.raises(ProblemError, match="too long and thin"):
        decoded(Image.new("L", (90_000, 1)), image_spec((1, 224, 224), "L", resize=rule))


@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
@pytest.mark.parametrize("method", ["stretch", "shorter_side_center_crop", "fit_with_border"])
def test_pixels_stay_on_the_grid_of_eight_bits(name: str, method: str) -> None:
    rule = {"method": method, "filter": name, "size": 20, "border": [9, 8, 7]}
    array, _ = decoded(photograph((31, 47)), image_spec((3, 16, 18), "BGR", resize=rule))
    assert PixelGrid().contains(array)
