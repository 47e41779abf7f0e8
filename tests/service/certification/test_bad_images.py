"""Images that cannot be certified as they are: one problem that names the field, and nothing is stored."""

from __future__ import annotations

import struct

import httpx
import numpy as np
import pytest
from PIL import Image
from redis import Redis

from tests.support.bad_requests import (
    IMAGE,
    PNG,
    Case,
    form,
    refused,
)
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode, png, png16, save


def animation(kind: str) -> bytes:
    return save(
        Image.fromarray(RAMP), kind, save_all=True, append_images=[Image.fromarray(255 - RAMP)], duration=100
    )


def webp_bomb() -> bytes:
    size = struct.pack("<I", 16382)[:3]
    inner = encode(RAMP, "WEBP")[12:]
    header = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + size + size
    loop = b"ANIM" + struct.pack("<I", 6) + bytes(6)
    frame = bytes(6) + struct.pack("<I", 3)[:3] * 2 + bytes([100, 0, 0, 0]) + inner
    chunks = b"WEBP" + header + loop + b"ANMF" + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


KEYED = png16(np.zeros((4, 4), np.uint16), 0, (b"tRNS", b"\0\0"))
OFF_GRID = png16(np.full((4, 4), 1000, np.uint16), 0)
BOMB = png(50_000, 50_000, 8, 0, b"\0" * 1000)
HALF_JPEG = encode(RAMP, "JPEG")[:-8] + b"\xff\xd9"

CASES = [
    form("text instead of an image", IMAGE, 422, "image", image=b"this is not an image"),
    form("a gif", IMAGE, 422, "image", image=encode(RAMP, "GIF")),
    form("a bmp", IMAGE, 422, "image", image=encode(RAMP, "BMP")),
    form("a tiff", IMAGE, 422, "image", image=encode(RAMP, "TIFF")),
    form("an empty file", IMAGE, 422, "image", image=b""),
    form("a truncated png", IMAGE, 422, "image", image=PNG[:-25]),
    form("a png with only its header", IMAGE, 422, "image", image=PNG[:33]),
    form("a truncated jpeg", IMAGE, 422, "image", image=encode(RAMP, "JPEG")[:-20]),
    form("a truncated webp", IMAGE, 422, "image", image=encode(RAMP, "WEBP")[:-8]),
    form("half a jpeg and an end marker", IMAGE, 422, "image", image=HALF_JPEG),
    form("a png whose rows are missing", IMAGE, 422, "image", image=png(4, 4, 8, 0, bytes(15))),
    form("a png with a wrong checksum", IMAGE, 422, "image", image=PNG[:40] + b"\0\0" + PNG[42:]),
    form("an animated png", IMAGE, 422, "image", image=animation("PNG")),
    form("an animated webp", IMAGE, 422, "image", image=animation("WEBP")),
    form("a 50,000 x 50,000 png", "image-too-large", 422, "image", image=BOMB),
    form("a 10,000 x 10,000 png", "image-too-large", 422, "image", image=png(10_000, 10_000, 8, 0, b"\0")),
    form("a 16,383 x 16,383 webp", "image-too-large", 422, "image", image=webp_bomb()),
    form("another size without a rule", IMAGE, 422, "image", image=encode(np.zeros((5, 4), np.uint8))),
    form("discrete noise on a 16-bit image", IMAGE, 422, "image", noise="discrete", image=OFF_GRID),
    form("16-bit grey with a transparent colour", IMAGE, 422, "image", image=KEYED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_nothing_is_stored(case: Case, http: httpx.Client, shared_redis: Redis) -> None:
    refused(case, http, shared_redis)


def test_the_log_shows_no_warning_and_no_defect_after_a_bomb(gateway: Gateway, http: httpx.Client) -> None:
    """A decompression bomb warns by default; a defect would leave a traceback."""
    with gateway.logging_no_fault():
        http.post("/v1/certifications", data={"model": "grey"}, files={"image": BOMB})
