"""The colours of JPEG files, by formula and by a second decoder; of several pictures the first is taken."""

from __future__ import annotations

import io

import numpy as np
import pytest
import simplejpeg
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from tests.support.jpegs import JFIF, adobe, flat_jpeg, segment
from tests.support.pictures import encode, save
from tests.support.second_decoder import decoded, pixels

ROUNDING = 1
"""In units of 1/255, for each conversion of colours."""
PHOTO = np.random.default_rng(8).integers(0, 256, (2, 2, 4), np.uint8)
SMOOTH = np.asarray(Image.fromarray(PHOTO, "RGBA").resize((24, 16), Image.Resampling.BICUBIC))


def from_ycc(y: float, blue: float, red: float) -> NDArray[np.float64]:
    """ITU-T T.871, section 7."""
    r, b = y + 1.402 * (red - 128), y + 1.772 * (blue - 128)
    g = y - 0.344136 * (blue - 128) - 0.714136 * (red - 128)
    rgb: NDArray[np.float64] = np.clip(np.array([r, g, b], np.float64), 0, 255)
    return rgb


def from_inverted_cmyk(cmyk: ArrayLike) -> NDArray[np.float64]:
    """Ink is stored as its absence, as Adobe does: 255 is no ink."""
    values = np.asarray(cmyk, np.float64)
    rgb: NDArray[np.float64] = values[..., :3] * values[..., 3:] / 255
    return rgb


def check(data: bytes, expected: NDArray[np.float64], conversion: str | None) -> None:
    found = decoded(data, 8, 8, "RGB")
    got = np.moveaxis(found.array, 0, 2) * 255
    np.testing.assert_allclose(got, np.broadcast_to(expected, (8, 8, 3)), atol=2 * ROUNDING)
    assert found.conversions == (() if conversion is None else (conversion,))


CMYK = "mode CMYK converted to RGB"


@pytest.mark.parametrize("samples", [(200, 50, 90, 180), (0, 255, 128, 255), (17, 99, 211, 60)])
@pytest.mark.parametrize("marked", [True, False])
def test_cmyk_with_and_without_an_adobe_marker(samples: tuple[int, ...], marked: bool) -> None:
    data = flat_jpeg(samples, *([adobe(0)] if marked else []))
    check(data, from_inverted_cmyk(samples), CMYK)
    second = simplejpeg.decode_jpeg(data, "CMYK")
    np.testing.assert_array_equal(second, np.broadcast_to(samples, (8, 8, 4)))


@pytest.mark.parametrize("samples", [(120, 100, 140, 200), (60, 128, 128, 255), (200, 90, 150, 130)])
def test_ycck(samples: tuple[int, ...]) -> None:
    y, blue, red, black = samples
    inks = [*(255 - from_ycc(y, blue, red)), black]
    data = flat_jpeg(samples, adobe(2))
    check(data, from_inverted_cmyk(inks), CMYK)
    check(data, from_inverted_cmyk(simplejpeg.decode_jpeg(data, "CMYK")[0, 0]), CMYK)


@pytest.mark.parametrize(
    ("more", "ids", "coded"),
    [
        ([JFIF], (1, 2, 3), "YCbCr"),
        ([], (1, 2, 3), "YCbCr"),
        ([adobe(1)], (1, 2, 3), "YCbCr"),
        ([JFIF, adobe(0)], (1, 2, 3), "YCbCr"),
        ([adobe(0)], (1, 2, 3), "RGB"),
        ([], (82, 71, 66), "RGB"),
    ],
)
def test_three_components(more: list[tuple[int, bytes]], ids: tuple[int, ...], coded: str) -> None:
    samples = (130, 100, 150)
    data = flat_jpeg(samples, *more, ids=ids)
    check(data, from_ycc(*samples) if coded == "YCbCr" else np.array(samples, float), None)
    np.testing.assert_array_equal(simplejpeg.decode_jpeg(data), pixels(data, 8, 8, "RGB"))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_second_decoder_gives_the_same_picture(progressive: bool, subsampling: int) -> None:
    options = {"progressive": progressive, "subsampling": subsampling, "quality": 90}
    data = encode(np.ascontiguousarray(SMOOTH[..., :3]), "JPEG", **options)
    np.testing.assert_array_equal(pixels(data, 16, 24, "RGB"), simplejpeg.decode_jpeg(data))
    cmyk = save(Image.fromarray(SMOOTH, "CMYK"), "JPEG", progressive=progressive, quality=90)
    expected = from_inverted_cmyk(simplejpeg.decode_jpeg(cmyk, "CMYK"))
    np.testing.assert_allclose(pixels(cmyk, 16, 24, "RGB"), expected, atol=ROUNDING)


FIRST, SECOND = (flat_jpeg([value]) for value in (60, 200))


def multi_picture() -> bytes:
    stream = io.BytesIO()
    first, second = (Image.fromarray(np.full((8, 8), value, np.uint8)) for value in (60, 200))
    first.save(stream, "MPO", save_all=True, append_images=[second])
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (FIRST + SECOND, ("first picture of a multi-picture JPEG taken",)),
        (FIRST + bytes(30) + SECOND, ("first picture of a multi-picture JPEG taken",)),
        (multi_picture(), ("first picture of a multi-picture JPEG taken", "metadata ignored: MPF")),
        (FIRST + b"\xff\xd9", ("2 bytes after the end of the picture ignored",)),
        (FIRST + SECOND[2:], (f"{len(SECOND) - 2} bytes after the end of the picture ignored",)),
        (FIRST[:2] + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0" + SECOND) + FIRST[2:], ()),
    ],
    ids=["two files", "two files and padding", "MPO", "a second end", "no second start", "a thumbnail"],
)
def test_the_first_picture_of_a_file_is_taken(data: bytes, notes: tuple[str, ...]) -> None:
    found = decoded(data, 8, 8)
    np.testing.assert_array_equal(found.array, np.full((1, 8, 8), np.float32(60 / 255)))
    assert found.conversions == notes
