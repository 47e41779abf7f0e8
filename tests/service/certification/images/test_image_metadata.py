"""Metadata change no pixel: broken, odd or huge, they are ignored and noted. Only the orientation is read."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.service.conftest import Api
from tests.support.jpegs import segment
from tests.support.pictures import RAMP, encode, join_png, png_chunks, save, with_chunks
from tests.support.second_decoder import decoded, refusal

UNIT = (RAMP / 255.0).astype(np.float32)
PNG = encode(RAMP)
JPEG = encode(RAMP, "JPEG", quality=100)
PLAIN_JPEG = decoded(JPEG, 4, 4).array
BROKEN = "the EXIF block is broken and was ignored: orientation 1 assumed"
HUGE = zlib.compress(bytes(50 * 2**20), 9)
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="3"/></x:xmpmeta>'


def tiff(*entries: tuple[int, int, int, int], order: str = "<") -> bytes:
    """Write an EXIF block of one directory; an entry is tag, type, count, value or offset."""
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
    body = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return head + struct.pack(f"{order}H", len(entries)) + body + bytes(4)


TURNED = (0x0112, 3, 1, 3)
MAKER = (0x010F, 2, 20, 10_000)
"""A text whose offset lies past the end of the block."""
BROKEN_EXIF = {
    "an offset past the end": tiff(MAKER, TURNED),
    "a directory past the end": b"II*\0\xff\xff\0\0",
    "a cut directory": tiff(TURNED, TURNED)[:30],
    "no header": b"nonsense",
    "empty": b"",
    "two orientations": tiff(TURNED, (0x0112, 3, 1, 6)),
    "an orientation of two numbers": tiff((0x0112, 3, 2, 3)),
    "an orientation in text": tiff((0x0112, 2, 1, 3)),
    "ten thousand entries that are not there": b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 20,
}


def with_segments(data: bytes, *more: tuple[int, bytes]) -> bytes:
    """Put segments into a JPEG file, behind its first marker."""
    return data[:2] + b"".join(segment(*one) for one in more) + data[2:]


@pytest.mark.parametrize("exif", BROKEN_EXIF.values(), ids=BROKEN_EXIF)
def test_a_broken_exif_block_means_orientation_one_and_a_note(api: Api, exif: bytes) -> None:
    stored = api.stored(api.image(with_chunks(PNG, (b"eXIf", exif)), model="grey"))
    np.testing.assert_array_equal(stored.array[0], UNIT)
    assert stored.conversions == [BROKEN]
    stored = api.stored(api.image(with_segments(JPEG, (0xE1, b"Exif\0\0" + exif)), model="grey"))
    np.testing.assert_array_equal(stored.array, PLAIN_JPEG)
    assert stored.conversions == [BROKEN]
    webp = encode(np.dstack([RAMP] * 3), "WEBP", lossless=True, exif=exif or b"Exif\0\0\0")
    stored = api.stored(api.image(webp, model="colour"))
    np.testing.assert_array_equal(stored.array, np.stack([UNIT] * 3))
    assert stored.conversions == [BROKEN]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_whole_exif_block_is_followed(order: str) -> None:
    value = 3 if order == "<" else 3 << 16
    found = decoded(with_chunks(PNG, (b"eXIf", tiff((0x0112, 3, 1, value), order=order))), 4, 4)
    np.testing.assert_array_equal(found.array[0], UNIT[::-1, ::-1])
    assert found.conversions == ("EXIF orientation 3 applied",)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_every_orientation_is_applied_as_pillow_does(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    wide = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    found = decoded(encode(wide, exif=exif), *((4, 3) if orientation > 4 else (3, 4)))
    left, right = wide, wide[:, ::-1]
    turns = {2: right, 3: left[::-1, ::-1], 4: left[::-1], 5: left.T, 8: np.rot90(left)}
    turns |= {6: np.rot90(left, -1), 7: left[::-1, ::-1].T}
    np.testing.assert_array_equal(found.array[0], (turns[orientation] / 255).astype(np.float32))


def test_an_orientation_that_does_not_exist_is_noted() -> None:
    found = decoded(with_chunks(PNG, (b"eXIf", tiff((0x0112, 3, 1, 9)))), 4, 4)
    assert found.conversions == ("EXIF orientation 9 is not one of 1 to 8: orientation 1 assumed",)


@pytest.mark.parametrize("flag", [0, 1])
def test_the_orientation_in_xmp_counts_where_exif_has_none(flag: int) -> None:
    packet = zlib.compress(XMP) if flag else XMP
    chunk = (b"iTXt", b"XML:com.adobe.xmp\0" + bytes([flag, 0]) + b"\0\0" + packet)
    found = decoded(with_chunks(PNG, chunk), 4, 4)
    np.testing.assert_array_equal(found.array[0], UNIT[::-1, ::-1])
    assert found.conversions == ("XMP orientation 3 applied",)
    both = decoded(with_chunks(PNG, chunk, (b"eXIf", tiff((0x0112, 3, 1, 1)))), 4, 4)
    np.testing.assert_array_equal(both.array[0], UNIT)


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_the_orientation_in_an_old_text_chunk_is_applied(kind: bytes) -> None:
    block = tiff(TURNED)
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    packed = text if kind == b"tEXt" else b"\0" + zlib.compress(text)
    found = decoded(with_chunks(PNG, (kind, b"Raw profile type exif\0" + packed)), 4, 4)
    np.testing.assert_array_equal(found.array[0], UNIT[::-1, ::-1])
    assert found.conversions == ("EXIF orientation 3 applied",)


ODD_CHUNKS = {
    "a text of 50 MiB": ((b"zTXt", b"Comment\0\0" + HUGE), "metadata ignored: zTXt"),
    "an international text of 50 MiB": ((b"iTXt", b"Comment\0\1\0\0\0" + HUGE), "metadata ignored: iTXt"),
    "a plain text of 100 kB": ((b"tEXt", b"Comment\0" + b"x" * 100_000), "metadata ignored: tEXt"),
    "a profile of 50 MiB": ((b"iCCP", b"profile\0\0" + HUGE), "embedded colour profile not applied"),
    "a broken profile": ((b"iCCP", b"profile\0\7junk"), "embedded colour profile not applied"),
    "a text that is none": ((b"iTXt", b"\xff\xff\xff"), "metadata ignored: iTXt"),
    "a text of no method": ((b"zTXt", b"Comment\0\7junk"), "metadata ignored: zTXt"),
    "a short gamma": ((b"gAMA", b"\0"), "metadata ignored: gAMA"),
    "short primaries": ((b"cHRM", bytes(31)), "metadata ignored: cHRM"),
    "a short rendering intent": ((b"sRGB", b""), "metadata ignored: sRGB"),
    "short dimensions": ((b"pHYs", b"\0"), "metadata ignored: pHYs"),
    "an unknown chunk": ((b"quIx", b"?"), "metadata ignored: quIx"),
    "a frame without an animation": ((b"fcTL", b""), "metadata ignored: fcTL"),
}


@pytest.mark.parametrize(("chunk", "note"), ODD_CHUNKS.values(), ids=ODD_CHUNKS)
def test_odd_chunks_of_a_png_change_nothing_and_are_noted(
    api: Api, chunk: tuple[bytes, bytes], note: str
) -> None:
    stored = api.stored(api.image(with_chunks(PNG, chunk), model="grey"))
    np.testing.assert_array_equal(stored.array[0], UNIT)
    assert stored.conversions == [note]


def test_metadata_are_never_unpacked_beyond_a_limit() -> None:
    """Each of these chunks unpacks to 50 MiB."""
    bombs = [(b"zTXt", b"Raw profile type exif\0\0" + HUGE)] * 100
    bombs += [(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + HUGE)] * 100
    file = with_chunks(PNG, *bombs)
    tracemalloc.start()
    try:
        found = decoded(file, 4, 4)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()
    assert found.conversions == (BROKEN,)


def test_a_list_of_many_kinds_of_chunks_is_cut() -> None:
    kinds = [bytes((97, letter, 65, 98)) for letter in range(97, 123)]
    (note,) = decoded(with_chunks(PNG, *((kind, b"") for kind in kinds)), 4, 4).conversions
    assert note.endswith("aeAb, afAb, agAb, ahAb and 18 more kinds")


def test_a_file_of_millions_of_pieces_is_refused() -> None:
    header, *rest = png_chunks(PNG)
    assert "cut into more than 65,536 pieces" in refusal(
        join_png([header, *[(b"teXt", b"")] * 70_000, *rest]), 4, 4
    )
    many = JPEG[:2] + b"\xff\xfe\0\2" * 70_000 + JPEG[2:]
    assert "cut into more than 65,536 pieces" in refusal(many, 4, 4)


INVALID_ANIMATIONS = {
    "of no frame": [(b"acTL", bytes(8))],
    "cut": [(b"acTL", b"\0\0")],
    "of too many frames": [(b"acTL", b"\xff" * 8)],
    "stated twice": [(b"acTL", struct.pack(">II", 1, 0))] * 2,
}


@pytest.mark.parametrize("chunks", INVALID_ANIMATIONS.values(), ids=INVALID_ANIMATIONS)
def test_an_invalid_animation_header_is_noted(api: Api, chunks: list[tuple[bytes, bytes]]) -> None:
    stored = api.stored(api.image(with_chunks(PNG, *chunks), model="grey"))
    np.testing.assert_array_equal(stored.array[0], UNIT)
    assert stored.conversions == ["invalid animation header (acTL) ignored", "metadata ignored: acTL"]


def test_a_valid_animation_header_is_refused_even_if_its_frames_are_missing() -> None:
    words = refusal(with_chunks(PNG, (b"acTL", struct.pack(">II", 2, 0))), 4, 4)
    assert "animated images are refused: send the frame" in words


ODD_SEGMENTS = {
    "an odd MPF segment": ((0xE2, b"MPF\0II*\0\x08\0\0\0\x05\0"), "metadata ignored: MPF"),
    "MPF without a count": ((0xE2, b"MPF\0" + tiff((0xB000, 7, 4, 0))), "metadata ignored: MPF"),
    "a short JFIF segment": ((0xE0, b"JFIF\0"), "metadata ignored: APP0"),
    "JFIF of another release": ((0xE0, b"JFIF\0\7\7\0\0\1\0\1\0\0"), None),
    "a short Adobe segment": ((0xEE, b"Adobe"), "metadata ignored: APP14"),
    "a broken Photoshop segment": ((0xED, b"Photoshop 3.0\x008BIM"), "metadata ignored: APP13"),
    "a comment": ((0xFE, b"\xff\xd9 hello"), "metadata ignored: comment"),
    "a profile whose parts are missing": (
        (0xE2, b"ICC_PROFILE\0\1\7x"),
        "embedded colour profile not applied",
    ),
}


@pytest.mark.parametrize(("more", "note"), ODD_SEGMENTS.values(), ids=ODD_SEGMENTS)
def test_odd_segments_of_a_jpeg_change_nothing_and_are_noted(
    api: Api, more: tuple[int, bytes], note: str | None
) -> None:
    stored = api.stored(api.image(with_segments(JPEG, more), model="grey"))
    np.testing.assert_array_equal(stored.array, PLAIN_JPEG)
    assert stored.conversions == ([note] if note else [])


def test_unknown_chunks_of_a_webp_are_noted() -> None:
    plain = save(Image.fromarray(np.dstack([RAMP] * 3)), "WEBP", lossless=True, exif=b"Exif\0\0" + tiff())
    body = plain[8:] + b"odd\xff" + struct.pack("<I", 3) + b"abc\0"
    found = decoded(b"RIFF" + struct.pack("<I", len(body)) + body, 4, 4, "RGB")
    assert found.conversions == (r"metadata ignored: odd\xff",)
    np.testing.assert_array_equal(found.array, np.stack([UNIT] * 3))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_bytes_after_the_end_of_the_picture_are_noted(api: Api, kind: str) -> None:
    data = encode(np.dstack([RAMP] * 3), kind)
    plain = api.stored(api.image(data, model="colour"))
    longer = api.stored(api.image(data + b"a recording, perhaps", model="colour"))
    np.testing.assert_array_equal(plain.array, longer.array)
    assert longer.conversions == ["20 bytes after the end of the picture ignored"]
