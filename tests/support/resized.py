"""Photograph-like pictures, and what the gateway makes of them under a model's rule."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry import InputSpec
from service.certification.images import decode_image

SIZES = [(224, 224), (256, 256), (333, 500), (500, 333), (37, 91), (301, 224), (640, 481), (225, 1200)]
"""Heights and widths: of a model's own size, larger, smaller, odd, and long."""


@lru_cache(maxsize=32)
def photograph(size: tuple[int, int], seed: int = 0) -> Image.Image:
    """Make a picture of smooth colours, edges and noise, RGB."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    waves = [np.sin(rows / step + columns / (23 - step)) for step in (3, 7, 11)]
    pixels = 127 + 90 * np.stack(waves, axis=-1) + 30 * random.standard_normal((*size, 3))
    pixels[size[0] // 3 : size[0] // 2, size[1] // 4 : size[1] // 2] = (255, 0, 40)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def image_spec(shape: tuple[int, ...], mode: str = "RGB", **fields: object) -> InputSpec:
    """Describe a model of images in [0, 1]."""
    return InputSpec.model_validate(
        {"kind": "image", "shape": shape, "low": 0.0, "high": 1.0, "mode": mode, **fields}
    )


def decoded(picture: Image.Image, spec: InputSpec) -> tuple[NDArray[np.float32], list[str]]:
    """Return the array and the conversions of a picture sent as PNG."""
    answer = decode_image(png(picture.mode, picture.size, picture.tobytes()), spec, 10**8)
    return answer.array, list(answer.conversions)


@lru_cache(maxsize=16)
def png(mode: str, size: tuple[int, int], pixels: bytes) -> bytes:
    """Return a picture without palette as PNG: to write one takes as long as all that is done with it."""
    buffer = io.BytesIO()
    Image.frombytes(mode, size, pixels).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def assert_pixels(picture: Image.Image, rule: Mapping[str, object], expected: NDArray[np.float32]) -> None:
    """Fail unless the gateway's array is the library's, (3, height, width) in [0, 1], to one level of 255."""
    ours, _ = decoded(picture, image_spec(expected.shape, resize=rule))
    assert np.abs(ours - expected).max() <= 1 / 255 + 1e-6
