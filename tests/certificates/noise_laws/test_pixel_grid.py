"""What a model is fed is a function of integers, and inputs off the 8-bit grid are refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy.special import log_ndtr

from certificates.noise_laws.grid_gaussian import LARGEST_STEPS
from certificates.noise_laws.pixel_grid import NotOnGridError, PixelGrid
from registry.input_spec import InputSpec
from service.certification.images import decode_image
from worker.noise.discrete.cpu_draws import GridInputs
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian

SCALES = [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (-2.1179, 2.64)]


@pytest.mark.parametrize(("low", "high"), SCALES)
def test_images_decoded_by_the_gateway_lie_on_the_grid(low: float, high: float) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    spec = InputSpec(kind="image", shape=(1, 16, 16), low=low, high=high, mode="L")
    decoded = decode_image(buffer.getvalue(), spec, 10**6).array
    assert np.array_equal(PixelGrid(low, high).indices(decoded)[0], pixels)


@pytest.mark.parametrize("method", ["stretch", "shorter_side_center_crop"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_resized_and_converted_images_lie_on_the_grid(method: str, mode: str) -> None:
    noisy = np.random.default_rng(0).integers(0, 256, (31, 23, 4), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy, "RGBA").save(buffer, "PNG")
    channels = 1 if mode == "L" else 3
    spec = InputSpec.model_validate(
        {
            "kind": "image",
            "shape": (channels, 16, 16),
            "low": 0.0,
            "high": 1.0,
            "mode": mode,
            "resize": {"method": method, "filter": "bicubic"},
        }
    )
    assert PixelGrid().contains(decode_image(buffer.getvalue(), spec, 10**6).array)


def test_sixteen_bit_images_are_off_the_grid() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.arange(256, dtype=np.uint16).reshape(16, 16) * 201).save(buffer, "PNG")
    spec = InputSpec(kind="image", shape=(1, 16, 16), low=0.0, high=1.0, mode="L")
    assert not PixelGrid().contains(decode_image(buffer.getvalue(), spec, 10**6).array)


@pytest.mark.parametrize("bad", [0.5, -1 / 255, 256 / 255, np.nan, np.inf, np.nextafter(np.float32(0.2), 1)])
def test_anything_else_is_refused_and_counted(bad: float) -> None:
    x = PixelGrid().values(np.arange(12).reshape(3, 4))
    assert PixelGrid().contains(x)
    x[1, 2] = bad
    with pytest.raises(NotOnGridError, match=r"1 of 12 .* element 6"):
        PixelGrid().indices(x)


def test_other_types_are_refused() -> None:
    with pytest.raises(NotOnGridError, match="float32"):
        PixelGrid().indices(np.zeros(3))


def test_pixels_are_the_float32_nearest_to_their_exact_value() -> None:
    assert np.array_equal(
        PixelGrid().values(np.arange(256)), np.arange(256, dtype=np.float32) / np.float32(255)
    )


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (1.0, 0.0), (0.0, np.inf), (1e6, 1e6 + 1)])
def test_scales_without_a_grid_are_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        PixelGrid(low, high)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("low", "high"), SCALES)
def test_the_float_fed_depends_on_the_integer_sum_alone(low: float, high: float, sign: int) -> None:
    """Every pixel with every level of noise: same sum, same bits."""
    grid = PixelGrid(low, high)
    noise = DiscreteGaussian(0.12 * (high - low), grid)
    pixels = np.arange(256, dtype=np.int16)
    levels = np.repeat(np.arange(-noise.max_abs, noise.max_abs + 1, dtype=np.int16), 256)
    out = np.empty(levels.shape, dtype=np.float32)
    GridInputs(noise, pixels).write(levels, 0, out, sign)
    sums = np.tile(pixels, 2 * noise.max_abs + 1).astype(np.int64) + sign * levels.astype(np.int64)
    assert np.array_equal(out.view(np.uint32), grid.values(sums).view(np.uint32))
    assert len(np.unique(out)) == len(np.unique(sums))


@pytest.mark.parametrize(("d", "first"), [(1, 0), (2, 7), (784, 784), (5000, 10_003)])
def test_levels_are_added_to_the_pixels_they_belong_to(d: int, first: int) -> None:
    noise = DiscreteGaussian(0.25)
    pixels = (np.arange(d) * 7 % 256).astype(np.int16)
    levels = (np.arange(3 * d) * 13 % 401 - 200).astype(np.int16)
    expected = np.roll(np.tile(pixels, 3), -first).astype(np.int64) - levels
    for start in (0, 2 * d // 3):
        out = np.empty(levels.size - start, dtype=np.float32)
        GridInputs(noise, pixels).write(levels[start:], first + start, out, -1)
        assert np.array_equal(out, noise.grid.values(expected[start:]))


def test_sums_beyond_int16_do_not_overflow() -> None:
    noise = DiscreteGaussian(6.4)
    assert 2 * noise.max_abs + 255 > np.iinfo(np.int16).max
    levels = np.array([noise.max_abs, -noise.max_abs], dtype=np.int16)
    out = np.empty(2, dtype=np.float32)
    for pixel, sign in ((0, 1), (255, 1), (0, -1), (255, -1)):
        GridInputs(noise, np.array([pixel], dtype=np.int16)).write(levels, 0, out, sign)
        assert np.array_equal(out, noise.grid.values(pixel + sign * levels.astype(np.int64)))


def test_the_largest_pixel_plus_the_largest_level_fits_int16() -> None:
    """The tables are addressed by such sums: beyond them every threshold must round to 0."""
    beyond = np.iinfo(np.int16).max - 255
    assert log_ndtr(-(beyond + 0.5) / LARGEST_STEPS) < -81 * np.log(2)


def test_levels_and_signs_that_do_not_fit_are_refused() -> None:
    inputs = GridInputs(DiscreteGaussian(0.25), np.zeros(3, dtype=np.int16))
    levels, out = np.zeros(6, dtype=np.int16), np.zeros(6, dtype=np.float32)
    with pytest.raises(ValueError, match="shape"):
        inputs.write(levels[:5], 0, out, 1)
    with pytest.raises(ValueError, match="sign"):
        inputs.write(levels, 0, out, 2)
