"""Images of every kind become the right float32 array, and the answer says what was done."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PIL import Image

from tests.service.conftest import Api
from tests.support.pictures import RAMP, encode, png, png16, save

UNIT = (RAMP / 255.0).astype(np.float32)


def test_a_grey_png_is_taken_as_it_is(api: Api) -> None:
    stored = api.stored(api.image(encode(RAMP), model="grey"))
    np.testing.assert_array_equal(stored.array, UNIT[np.newaxis])
    assert stored.conversions == []
    assert stored.job["request"]["input"]["source"] == "image"
    assert stored.job["request"]["input"]["scale"] == "[0,1]"


def test_base64_and_multipart_give_the_same_input(api: Api) -> None:
    text = base64.b64encode(encode(RAMP)).decode()
    sent = api.stored(api.json(model="grey", image=text))
    posted = api.stored(api.image(encode(RAMP), model="grey"))
    assert sent.job["request"]["input"] == posted.job["request"]["input"]


def test_lossless_webp_equals_png(api: Api) -> None:
    colour = np.stack([RAMP, RAMP.T, 255 - RAMP], axis=-1)
    stored = api.stored(api.image(encode(colour, "WEBP", lossless=True), model="colour"))
    np.testing.assert_array_equal(stored.array, np.moveaxis(colour / 255.0, 2, 0).astype(np.float32))


def test_jpeg_is_decoded(api: Api) -> None:
    flat = np.full((4, 4), 120, np.uint8)
    stored = api.stored(api.image(encode(flat, "JPEG", quality=100), model="grey"))
    np.testing.assert_allclose(stored.array, 120 / 255, atol=1.5 / 255)


def test_sixteen_bit_grey_is_scaled_and_keeps_its_low_bits(api: Api) -> None:
    values = (np.arange(16, dtype=np.uint16) * 4369).reshape(4, 4)
    values[0, :3] = [1, 255, 257]
    stored = api.stored(api.image(png16(values, 0), model="grey"))
    np.testing.assert_array_equal(stored.array[0], (values / 65535.0).astype(np.float32))
    assert "16-bit grey scaled by 1/65535" in stored.conversions


def test_sixteen_bit_colour_is_scaled_not_clipped(api: Api) -> None:
    values = np.zeros((4, 4, 3), np.uint16)
    values[..., 0], values[..., 1], values[..., 2] = 65535, 32768, 300
    stored = api.stored(api.image(png16(values, 2), model="colour"))
    expected = (np.array([255, 128, 1]) / 255.0).astype(np.float32)
    np.testing.assert_array_equal(stored.array, np.broadcast_to(expected[:, None, None], (3, 4, 4)))
    assert "16-bit channels reduced to their high 8 bits" in stored.conversions


def test_a_palette_is_resolved(api: Api) -> None:
    picture = Image.new("P", (4, 4))
    picture.putpalette([0, 0, 0, 200, 100, 50])
    picture.paste(1, (0, 0, 4, 2))
    stored = api.stored(api.image(save(picture), model="colour"))
    np.testing.assert_array_equal(stored.array[:, 0, 0], np.float32(np.array([200, 100, 50]) / 255))
    np.testing.assert_array_equal(stored.array[:, 3, 3], 0)
    assert "mode P converted to RGB" in stored.conversions


def test_a_transparent_palette_colour_shows_white(api: Api) -> None:
    picture = Image.new("P", (4, 4))
    picture.putpalette([0, 0, 0, 200, 100, 50])
    stored = api.stored(api.image(save(picture, transparency=0), model="colour"))
    np.testing.assert_array_equal(stored.array, 1.0)


def test_an_opaque_alpha_channel_is_dropped(api: Api) -> None:
    rgba = np.dstack([RAMP, RAMP, RAMP, np.full_like(RAMP, 255)])
    stored = api.stored(api.image(encode(rgba), model="colour"))
    np.testing.assert_array_equal(stored.array, np.stack([UNIT] * 3))
    assert stored.conversions == ["opaque alpha channel dropped"]


def test_transparency_is_composited_over_white(api: Api) -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[..., 0], rgba[..., 3] = 255, 51
    stored = api.stored(api.image(encode(rgba), model="colour"))
    expected = np.float32(np.array([255, 204, 204]) / 255)
    np.testing.assert_array_equal(stored.array[:, 2, 2], expected)
    assert stored.conversions == ["transparency composited over white"]


def test_grey_with_alpha_stays_grey(api: Api) -> None:
    grey_alpha = np.dstack([RAMP, np.where(RAMP > 100, 255, 0).astype(np.uint8)])
    stored = api.stored(api.image(encode(grey_alpha), model="grey"))
    np.testing.assert_array_equal(stored.array[0], np.where(RAMP > 100, UNIT, np.float32(1)))


def test_one_bit_pixels_are_black_and_white(api: Api) -> None:
    stored = api.stored(api.image(save(Image.fromarray(RAMP > 100)), model="grey"))
    np.testing.assert_array_equal(stored.array[0], (RAMP > 100).astype(np.float32))


def test_colour_becomes_luma_for_a_grey_model(api: Api) -> None:
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[..., 1] = 255
    stored = api.stored(api.image(encode(colour), model="grey"))
    np.testing.assert_allclose(stored.array, 0.587, atol=0.5 / 255)
    assert stored.conversions == ["mode RGB converted to L"]


def test_grey_is_repeated_for_a_colour_model_also_with_sixteen_bits(api: Api) -> None:
    values = np.full((4, 4), 12345, np.uint16)
    stored = api.stored(api.image(png16(values, 0), model="colour"))
    np.testing.assert_array_equal(stored.array, np.full((3, 4, 4), np.float32(12345 / 65535)))
    assert stored.conversions == ["16-bit grey scaled by 1/65535", "grey repeated in three channels"]


def test_cmyk_jpeg_is_converted(api: Api) -> None:
    stored = api.stored(api.image(save(Image.new("CMYK", (4, 4)), "JPEG"), model="colour"))
    np.testing.assert_allclose(stored.array, 1.0, atol=2 / 255)
    assert "mode CMYK converted to RGB" in stored.conversions


def test_exif_orientation_is_applied(api: Api) -> None:
    picture = Image.fromarray(RAMP)
    exif = Image.Exif()
    exif[0x0112] = 3
    stored = api.stored(api.image(save(picture, exif=exif), model="grey"))
    np.testing.assert_array_equal(stored.array[0], UNIT[::-1, ::-1])
    assert stored.conversions == ["EXIF orientation 3 applied"]


def test_another_scale_of_the_model_is_met(api: Api) -> None:
    stored = api.stored(api.image(encode(RAMP), model="signed"))
    np.testing.assert_array_equal(stored.array[0], (RAMP / 255.0 * 2 - 1).astype(np.float32))
    assert stored.conversions == ["pixel range mapped linearly onto [-1, 1]"]


def test_another_size_is_stretched_by_the_models_rule(api: Api) -> None:
    wide = np.repeat(np.repeat(RAMP, 2, axis=0), 3, axis=1)
    stored = api.stored(api.image(encode(wide), model="colour"))
    np.testing.assert_array_equal(stored.array, np.stack([UNIT] * 3))
    assert stored.conversions[-1] == "resized from 12x8 to 4x4 (stretch, box)"


def test_another_size_is_cropped_by_the_models_rule(api: Api) -> None:
    wide = np.zeros((8, 24), np.uint8)
    wide[:, 8:16] = np.repeat(np.repeat(RAMP, 2, axis=0), 2, axis=1)
    stored = api.stored(api.image(encode(wide), model="cropped"))
    np.testing.assert_array_equal(stored.array[0], UNIT)
    assert stored.conversions == [
        "resized from 24x8 to 12x4 (proportions kept, covers the size, box)",
        "cut to the middle 4x4 (from row 0, column 4)",
    ]


def test_a_colour_profile_is_said_not_to_be_applied(api: Api) -> None:
    stored = api.stored(api.image(encode(RAMP, icc_profile=b"profile"), model="grey"))
    assert stored.conversions == ["embedded colour profile not applied"]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_low_bit_depths_reach_from_black_to_white(api: Api, depth: int) -> None:
    row = b"\0" + bytes([0b1111_0000] if depth == 1 else [0xF0] * (depth // 2 + depth % 2))
    stored = api.stored(api.image(png(4, 4, depth, 0, row[: 1 + -(-4 * depth // 8)] * 4), model="grey"))
    assert set(np.unique(stored.array)) <= {np.float32(0), np.float32(1)}
    assert stored.array.max() == 1.0
