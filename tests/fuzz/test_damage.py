"""A file that is cut, or whose checksums or sizes do not fit, is refused wherever the damage lies."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from tests.support.jpegs import flat_jpeg, split_jpeg
from tests.support.pictures import encode, interlaced_rows, join_png, png, png_chunks, rows, save, with_chunks
from tests.support.second_decoder import pixels, refusal

SIDE = 24
PICTURE = np.random.default_rng(5).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
GREY = np.ascontiguousarray(PICTURE[..., 0])
PNGS = {
    "rows": with_chunks(png(SIDE, SIDE, 8, 0, rows(GREY)), (b"tEXt", b"Title\0ordinary")),
    "interlaced": png(SIDE, SIDE, 8, 0, interlaced_rows(GREY), interlace=1),
    "palette": save(Image.fromarray(PICTURE).quantize(64)),
}
JPEGS = {
    "baseline": encode(PICTURE, "JPEG"),
    "progressive": encode(PICTURE, "JPEG", progressive=True),
    "with restarts": encode(PICTURE, "JPEG", restart_marker_blocks=2),
    "grey": encode(GREY, "JPEG"),
    "cmyk": save(Image.fromarray(PICTURE).convert("CMYK"), "JPEG"),
}
ALPHA = np.dstack([PICTURE, GREY])
WEBPS = {
    "lossy": encode(PICTURE, "WEBP"),
    "lossless": encode(PICTURE, "WEBP", lossless=True),
    "lossy with alpha": encode(ALPHA, "WEBP"),
    "with metadata": encode(PICTURE, "WEBP", icc_profile=b"profile", xmp=b"<x/>"),
}
FILES = PNGS | JPEGS | WEBPS


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_accepted(name: str) -> None:
    assert pixels(FILES[name], SIDE, SIDE, "RGB").shape == (SIDE, SIDE, 3)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(name: str) -> None:
    data = FILES[name]
    for end in range(20, len(data)):
        assert "is damaged: " in refusal(data[:end], SIDE, SIDE, "RGB"), end


@pytest.mark.parametrize("name", PNGS)
@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF])
def test_every_changed_byte_of_a_png_is_found(name: str, change: int) -> None:
    data = PNGS[name]
    for at in range(8, len(data)):
        spoiled = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
        assert "copy or download the file again" in refusal(spoiled, SIDE, SIDE, "RGB"), at


def test_a_wrong_checksum_is_named_with_its_chunk() -> None:
    data = PNGS["rows"]
    at = data.index(b"IDAT") + 10
    words = refusal(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], SIDE, SIDE)
    assert f"the checksum of its IDAT chunk at byte {data.index(b'IDAT') - 4} is wrong" in words


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (-1, "rows are missing"),
        (-SIDE * 10, "rows are missing"),
        (-(10**6), "rows are missing"),
        (1, "more rows than its header states"),
        (SIDE + 1, "more rows than its header states"),
    ],
)
def test_a_png_holds_exactly_the_rows_of_its_header(interlace: int, change: int, words: str) -> None:
    whole = interlaced_rows(GREY) if interlace else rows(GREY)
    held = whole + bytes(change) if change > 0 else whole[: max(0, len(whole) + change)]
    assert words in refusal(png(SIDE, SIDE, 8, 0, held, interlace=interlace), SIDE, SIDE)


def test_an_interlaced_png_of_any_size_is_whole() -> None:
    for height in range(1, 10):
        for width in range(1, 10):
            part = np.ascontiguousarray(GREY[:height, :width])
            passes = png(width, height, 8, 0, interlaced_rows(part), interlace=1)
            np.testing.assert_array_equal(pixels(passes, height, width), part)


def test_the_chunks_of_a_png_are_there_and_in_order() -> None:
    header, idat, end = png_chunks(png(SIDE, SIDE, 8, 0, rows(GREY)))
    half = len(idat[1]) // 2
    cut = [(b"IDAT", idat[1][:half]), (b"IDAT", idat[1][half:])]
    np.testing.assert_array_equal(pixels(join_png([header, *cut, end]), SIDE, SIDE), GREY)
    for parts, words in [
        ([idat, header, end], "its first chunk is IDAT and not IHDR"),
        ([header, end], "it holds no picture (IDAT chunk)"),
        ([header, header, idat, end], "it has several IHDR chunks"),
        ([header, cut[0], (b"tIME", bytes(7)), cut[1], end], "other chunks lie between its IDAT chunks"),
        ([header, idat, (b"tRNS", b"\0\0"), end], "its tRNS chunk comes after the picture"),
        ([header, (b"ABCD", b""), idat, end], "no rule says how to read its ABCD chunk"),
        ([header, (b"IDAT", idat[1] + b"more"), end], "bytes follow the last row"),
        ([header, cut[0], end], "rows are missing"),
        ([header, (b"IDAT", idat[1][:-4] + bytes(4)), end], "cannot be unpacked"),
        ([(b"IHDR", header[1][:-1] + b"\2"), idat, end], "interlace 2"),
        ([header, idat], "the end of the file is missing (it has no IEND chunk)"),
    ]:
        assert words in refusal(join_png(parts), SIDE, SIDE)


def test_a_pixel_beyond_the_palette_is_found() -> None:
    palette = (b"PLTE", bytes(range(9)))
    inside, beyond = (png(2, 1, 8, 3, b"\0" + bytes([2, last]), palette) for last in (1, 3))
    assert pixels(inside, 1, 2, "RGB").tolist() == [[[6, 7, 8], [3, 4, 5]]]
    assert "beyond the 3 of its palette" in refusal(beyond, 1, 2, "RGB")
    assert "its palette (PLTE chunk) is missing" in refusal(png(2, 1, 8, 3, b"\0\0\0"), 1, 2, "RGB")


@pytest.mark.parametrize("name", JPEGS)
def test_a_part_of_a_jpeg_with_an_end_marker_is_refused(name: str) -> None:
    data = JPEGS[name]
    for end in range(3, len(data) - 2):
        assert "copy or download the file again" in refusal(data[:end] + b"\xff\xd9", SIDE, SIDE, "RGB"), end


def test_each_scan_of_a_progressive_jpeg_is_needed() -> None:
    head, *scans, end = split_jpeg(JPEGS["progressive"])
    assert len(scans) > 5
    for missing in range(len(scans)):
        kept = b"".join([head, *scans[:missing], *scans[missing + 1 :], end])
        assert "is damaged: " in refusal(kept, SIDE, SIDE, "RGB")
    assert "scans are missing" in refusal(b"".join([head, *scans[:-1], end]), SIDE, SIDE, "RGB")


def test_each_component_of_a_jpeg_in_separate_scans_is_needed() -> None:
    assert pixels(flat_jpeg([90, 128, 128], scans=3), 8, 8, "RGB").tolist() == np.full((8, 8, 3), 90).tolist()
    for scans in (1, 2):
        assert "scans are missing" in refusal(flat_jpeg([90, 20, 200], scans=scans), 8, 8, "RGB")


def test_a_jpeg_with_absurdly_many_scans_is_refused() -> None:
    head, first, *rest = split_jpeg(JPEGS["progressive"])
    assert "more than 100 scans" in refusal(b"".join([head, first * 101, *rest]), SIDE, SIDE, "RGB")


def test_a_jpeg_that_cannot_be_proved_whole_is_refused() -> None:
    """Half of an arithmetic-coded picture decodes without a complaint, as zeros follow."""
    arithmetic = JPEGS["grey"].replace(b"\xff\xc0", b"\xff\xc9")
    assert "SOF9, which is refused" in refusal(arithmetic, SIDE, SIDE, "RGB")


@pytest.mark.parametrize("name", WEBPS)
def test_the_sizes_that_a_webp_states_fit_together(name: str) -> None:
    data = WEBPS[name]
    (size,) = struct.unpack("<I", data[4:8])
    for wrong in (size + 2, size - 2, size - 40, 12, 2**32 - 2):
        refusal(data[:4] + struct.pack("<I", wrong) + data[8:], SIDE, SIDE, "RGB")
    at = 12
    while at < len(data):
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        refusal(data[: at + 4] + struct.pack("<I", length + len(data)) + data[at + 8 :], SIDE, SIDE, "RGB")
        at += 8 + length + length % 2


@pytest.mark.parametrize("name", ["lossy", "lossless"])
def test_half_of_a_webp_with_its_sizes_made_right_is_refused(name: str) -> None:
    data = WEBPS[name]
    for kept in range(2, len(data) - 24, 2):
        chunk = data[12:16] + struct.pack("<I", kept) + data[20 : 20 + kept]
        half = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
        assert "is damaged: " in refusal(half, SIDE, SIDE, "RGB"), kept
