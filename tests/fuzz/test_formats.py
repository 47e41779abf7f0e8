"""Whatever a file holds, telling its kind ends with a sentence or with none."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.file_formats import unsuitable
from tests.fuzz.broken_models import GOOD_ONNX, GOOD_TORCHSCRIPT, archive

STARTS = st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02", b"\x08\x0a", b"\xff" * 9, GOOD_ONNX[:40]])
ENTRY = b"PK\x01\x02" + b"\xff" * 26
ENDS = st.sampled_from([b"", b"PK\x05\x06", ENTRY, ENTRY * 3 + b"PK\x05\x06", GOOD_TORCHSCRIPT[-200:]])


@given(STARTS, st.binary(max_size=100), ENDS, st.sampled_from(["onnx", "torchscript"]))
def test_any_bytes(start: bytes, middle: bytes, end: bytes, runtime: Literal["onnx", "torchscript"]) -> None:
    said = unsuitable(io.BytesIO(start + middle + end), runtime)
    assert said is None or (said.isprintable() and len(said) < 1000)


def test_a_directory_of_a_million_names_is_read_as_far_as_needed() -> None:
    many = b"PK" + ENTRY * 1_000_000 + b"PK\x05\x06"
    said = unsuitable(io.BytesIO(many), "torchscript")
    assert said is not None
    assert len(said) < 1000


@pytest.mark.parametrize("data", [GOOD_TORCHSCRIPT, archive(lambda _, data: data, deflate=True)])
def test_an_archive_of_torchscript_stays_one(data: bytes) -> None:
    assert unsuitable(io.BytesIO(data), "torchscript") is None
