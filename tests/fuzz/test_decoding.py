"""Whatever the bytes, decoding gives a valid input or refuses with a problem that names the field."""

from __future__ import annotations

import io
import json
import struct
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from registry.input_spec import InputSpec, ResizeRule
from service.certification.images import decode_image, refuse_doubtful_images
from service.certification.model_inputs import DecodedInput
from service.certification.npy import read_npy, refuse_doubtful_arrays
from service.certification.tensors import from_tensor
from service.http.problems import ProblemError
from tests.support.pictures import PNG_SIGNATURE, join_png, png16, png_chunks

MAX_PIXELS = 10_000
SPECS = [
    InputSpec(kind="image", shape=(1, 4, 4), low=0.0, high=1.0, mode="L"),
    InputSpec(
        kind="image",
        shape=(3, 5, 3),
        low=-1.0,
        high=1.0,
        mode="RGB",
        resize=ResizeRule(method="shorter_side_center_crop", filter="bicubic"),
    ),
    InputSpec(
        kind="image",
        shape=(5, 4, 3),
        low=0.0,
        high=255.0,
        mode="BGR",
        layout="NHWC",
        resize=ResizeRule(method="fit_with_border", filter="bilinear", size=(3, 4), antialias=False),
    ),
]
REFUSALS = {"invalid-image", "image-too-large"}


@pytest.fixture(scope="module", autouse=True)
def _as_in_the_gateway() -> Iterator[None]:
    with warnings.catch_warnings():
        refuse_doubtful_images()
        refuse_doubtful_arrays()
        yield


def _file(kind: str, mode: str, **options: object) -> bytes:
    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(0, 256, (4, 4, 4), np.uint8), "RGBA").convert(mode)
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


FILES = [
    *(_file("PNG", mode) for mode in ("L", "LA", "P", "RGB", "RGBA", "1", "I;16")),
    _file("PNG", "RGB", icc_profile=b"profile", exif=_turned()),
    png16(np.arange(48, dtype=np.uint16).reshape(4, 4, 3) * 1365, 2),
    _file("JPEG", "RGB", exif=_turned(), icc_profile=b"profile"),
    _file("JPEG", "L", progressive=True),
    _file("JPEG", "CMYK"),
    _file("WEBP", "RGBA", lossless=True),
    _file("WEBP", "RGB"),
]


def assert_valid(decoded: DecodedInput, spec: InputSpec) -> None:
    assert decoded.array.shape == spec.shape
    assert decoded.array.dtype == np.float32
    assert np.all((decoded.array >= spec.low) & (decoded.array <= spec.high))


def decodes_or_refuses(data: bytes) -> None:
    for spec in SPECS:
        try:
            decoded = decode_image(data, spec, MAX_PIXELS)
        except ProblemError as refusal:
            slug, fields = refusal.kind.slug, [error.field for error in refusal.errors]
        else:
            assert_valid(decoded, spec)
            continue
        assert slug in REFUSALS
        assert fields == ["image"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"]))
def test_random_bytes(tail: bytes, head: bytes) -> None:
    decodes_or_refuses(head + tail)


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)
def test_image_files_with_bytes_changed_and_cut_off(
    data: bytes, changes: list[tuple[float, int]], kept: float
) -> None:
    spoiled = bytearray(data)
    for place, value in changes:
        spoiled[int(place * len(data))] = value
    decodes_or_refuses(bytes(spoiled[: round(kept * len(data))] if kept < 0.5 else spoiled))


PNGS = [data for data in FILES if data.startswith(PNG_SIGNATURE)]
EXTRA = [
    b"tRNS",
    b"iCCP",
    b"eXIf",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"gAMA",
    b"zTXt",
    b"iTXt",
    b"PLTE",
    b"IDAT",
    b"pHYs",
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(PNGS),
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4
    ),
    st.lists(st.tuples(st.sampled_from(EXTRA), st.binary(max_size=30)), max_size=2),
)
def test_png_chunks_changed_with_their_checksums_made_right(
    data: bytes, changes: list[tuple[int, float, int]], more: list[tuple[bytes, bytes]]
) -> None:
    """With right checksums the decoder reads the changed chunk; with wrong ones it would stop before."""
    found = png_chunks(data)
    for which, place, value in changes:
        kind, content = found[which % len(found)]
        if content:
            at = int(place * len(content))
            found[which % len(found)] = (kind, content[:at] + bytes([value]) + content[at + 1 :])
    decodes_or_refuses(join_png([found[0], *more, *found[1:]]))


@pytest.mark.parametrize("data", FILES)
def test_the_files_themselves_are_images(data: bytes) -> None:
    assert_valid(decode_image(data, SPECS[1], MAX_PIXELS), SPECS[1])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-(10**6), 10**6), max_size=5) | st.just([2]),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=4)
    | st.lists(st.floats(-4, 4), min_size=2, max_size=2),
)
@example([2], [4.0, -4.0])
@example([2], [1e39, 0.0])
@example([2], [np.nextafter(4.0, 5.0), 0.0])
def test_tensors(shape: list[int], values: list[float]) -> None:
    spec = InputSpec(kind="tensor", shape=(2,), low=-4.0, high=4.0)
    valid = shape == [2] and len(values) == 2 and all(-4.0 <= value <= 4.0 for value in values)
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {tuple(shape)}}}\n".encode()
    file = b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + np.array(values, "<f8").tobytes()
    try:
        decoded = from_tensor(read_npy(file), spec)
    except ProblemError as refusal:
        slug = refusal.kind.slug
    else:
        assert valid, json.dumps(values)
        assert_valid(decoded, spec)
        return
    assert slug in {"invalid-tensor", "invalid-request"}
    assert not valid, json.dumps(values)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), st.integers(0, 3))
def test_a_file_of_numpy_with_any_head(head: bytes, version: int) -> None:
    long = struct.pack("<H" if version == 1 else "<I", len(head)) + head
    for file in (head, b"\x93NUMPY" + bytes([version, 0]) + long, b"\x93NUMPY" + head):
        with pytest.raises(ProblemError):
            read_npy(file)
