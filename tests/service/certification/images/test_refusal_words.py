"""A refused image says what the file is, which formats are accepted, and what to do."""

from __future__ import annotations

import pytest

from tests.support.pictures import RAMP, encode
from tests.support.second_decoder import refusal

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (encode(RAMP, "GIF"), "is a GIF file, which is not read here"),
        (encode(RAMP, "BMP"), "is a BMP file, which is not read here"),
        (encode(RAMP, "TIFF"), "is a TIFF file, which is not read here"),
        (HEIC, "is a HEIC file, which is not read here"),
        (b"this is not an image", "not a readable image"),
    ],
)
def test_another_format_is_named(data: bytes, what: str) -> None:
    said = refusal(data, 4, 4)
    assert f"{what}; accepted are PNG, JPEG and WebP" in said
    assert "save it as PNG" in said


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_that_breaks_off_is_to_be_copied_again(kind: str) -> None:
    said = refusal(encode(RAMP, kind)[:-25], 4, 4)
    assert "the end of the file is missing" in said
    assert "copy or download the file again" in said
