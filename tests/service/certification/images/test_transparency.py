"""Transparent colours are compared at the file's own depth, or the file is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.service.conftest import Api
from tests.support.pictures import png, png16, rows
from tests.support.second_decoder import decoded, pixels, refusal

OVER_WHITE = ("transparency composited over white",)


def packed(samples: NDArray[np.uint8], depth: int) -> bytes:
    """Pack rows of samples of less than eight bits."""
    written = b""
    for row in samples:
        bits = "".join(f"{value:0{depth}b}" for value in row)
        bits += "0" * (-len(bits) % 8)
        written += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return written


def test_four_bit_grey_with_a_transparent_colour(api: Api) -> None:
    raw = b"\0\x00\x55" + b"\0\x0f\x5a"
    data = png(4, 2, 4, 0, raw, (b"tRNS", b"\0\5"))
    expected = [[0, 0, 255, 255], [0, 255, 255, 170]]
    assert pixels(data, 2, 4).tolist() == expected
    assert decoded(data, 2, 4).conversions == OVER_WHITE
    square = png(4, 4, 4, 0, raw * 2, (b"tRNS", b"\0\5"))
    stored = api.stored(api.image(square, model="grey"))
    np.testing.assert_array_equal(stored.array[0], np.float32(np.array(expected * 2) / 255))


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("high_bits", [0, 0xFF00])
def test_every_grey_value_of_every_depth(depth: int, high_bits: int) -> None:
    """The bits of the transparent colour above the depth do not count."""
    largest = 2**depth - 1
    values = np.arange(largest + 1, dtype=np.uint8)[np.newaxis]
    for key in {0, 1, largest // 2, largest}:
        trns = (b"tRNS", struct.pack(">H", key | high_bits))
        data = png(values.size, 1, depth, 0, packed(values, depth), trns)
        expected = np.where(values == key, 255, values.astype(int) * (255 // largest))
        np.testing.assert_array_equal(pixels(data, 1, values.size), expected)


def test_a_transparent_colour_that_no_pixel_has_leaves_all_opaque() -> None:
    data = png(4, 1, 2, 0, packed(np.array([[0, 1, 2, 1]], np.uint8), 2), (b"tRNS", b"\0\3"))
    assert pixels(data, 1, 4).tolist() == [[0, 85, 170, 85]]
    assert decoded(data, 1, 4).conversions == ("opaque alpha channel dropped",)


@pytest.mark.parametrize("high_bits", [0, 0x1200])
def test_eight_bit_colour(high_bits: int) -> None:
    colours = np.array([[[10, 20, 30], [10, 20, 31], [30, 20, 10]]], np.uint8)
    trns = (b"tRNS", struct.pack(">HHH", *(high_bits | value for value in (10, 20, 30))))
    data = png(3, 1, 8, 2, rows(colours), trns)
    assert pixels(data, 1, 3, "RGB").tolist() == [[[255, 255, 255], [10, 20, 31], [30, 20, 10]]]


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palettes_of_every_depth(depth: int) -> None:
    colours = 2 ** min(depth, 4)
    palette = np.arange(3 * colours, dtype=np.uint8)
    values = np.arange(colours, dtype=np.uint8)[np.newaxis]
    trns = (b"tRNS", b"\xff\0")
    data = png(colours, 1, depth, 3, packed(values, depth), (b"PLTE", palette.tobytes()), trns)
    expected = palette.reshape(1, colours, 3).copy()
    expected[0, 1] = 255
    np.testing.assert_array_equal(pixels(data, 1, colours, "RGB"), expected)


def test_sixteen_bit_transparent_colours_are_refused(api: Api) -> None:
    colour = np.zeros((4, 4, 3), np.uint16)
    grey = png16(colour[..., 0], 0, (b"tRNS", b"\0\0"))
    for data in (png16(colour, 2, (b"tRNS", b"\0\0\0\0\x01\0")), grey):
        answer = api.image(data, model="grey")
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["field"] == "image"
        assert (
            "16-bit picture with a transparent colour (tRNS) is refused: flatten it first" in error["message"]
        )


def test_transparency_of_the_wrong_length_is_refused() -> None:
    palette = (b"PLTE", bytes(6))
    for data, words in [
        (png(1, 1, 8, 0, b"\0\0", (b"tRNS", b"\0")), "its tRNS chunk has 1 bytes, not 2"),
        (png(1, 1, 8, 2, bytes(4), (b"tRNS", bytes(7))), "its tRNS chunk has 7 bytes, not 6"),
        (png(1, 1, 8, 3, bytes(2), palette, (b"tRNS", bytes(3))), "3 entries for a palette of 2 colours"),
        (png(1, 1, 8, 3, bytes(2), (b"tRNS", b"\0"), palette), "its transparency comes before the palette"),
    ]:
        assert words in refusal(data, 1, 1)
