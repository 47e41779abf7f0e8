"""The gateway's arrays are those of the image processors of transformers, to one level of 255."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.resized import SIZES, assert_pixels, decoded, image_spec, photograph
from tests.support.vision_libraries import VisionModule

transformers = VisionModule("transformers")

BACKENDS = ["", "Pil"]
"""The ends of the processors' names: those that work with torchvision, and those that work with Pillow."""
FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}
"""The codes of ``resample``."""


def _pixels(name: str, picture: Any, **settings: Any) -> Any:
    processor = getattr(transformers, name)(**{"do_normalize": False} | settings)
    return processor(picture, return_tensors="np")["pixel_values"][0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", FILTERS)
def test_height_and_width(size: tuple[int, int], code: int) -> None:
    picture = photograph(size, seed=7)
    expected = _pixels("ViTImageProcessorPil", picture, size={"height": 192, "width": 224}, resample=code)
    assert_pixels(picture, {"method": "stretch", "filter": FILTERS[code]}, expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", [2, 3])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("edge", [224, 236])
def test_shortest_edge_and_centre(size: tuple[int, int], code: int, backend: str, edge: int) -> None:
    picture = photograph(size, seed=8)
    expected = _pixels(
        f"CLIPImageProcessor{backend}",
        picture,
        size={"shortest_edge": edge},
        crop_size={"height": 224, "width": 224},
        resample=code,
    )
    rule = {
        "method": "shorter_side_center_crop",
        "size": edge,
        "filter": FILTERS[code],
        "offsets": "down",
    }
    assert_pixels(picture, rule, expected)


@pytest.mark.parametrize("size", SIZES)
def test_a_crop_that_is_larger_gets_a_black_border(size: tuple[int, int]) -> None:
    picture = photograph(size, seed=9)
    expected = _pixels(
        "CLIPImageProcessor",
        picture,
        size={"shortest_edge": 101},
        crop_size={"height": 128, "width": 128},
    )
    rule = {"method": "shorter_side_center_crop", "size": 101, "filter": "bicubic", "offsets": "down"}
    assert_pixels(picture, rule, expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edge", [224, 384])
def test_convnext(size: tuple[int, int], edge: int) -> None:
    picture = photograph(size, seed=10)
    expected = _pixels("ConvNextImageProcessorPil", picture, size={"shortest_edge": edge})
    small = {"method": "shorter_side_center_crop", "size": 256, "filter": "bicubic", "offsets": "down"}
    assert_pixels(picture, small if edge == 224 else {"method": "stretch", "filter": "bicubic"}, expected)


@pytest.mark.parametrize("size", SIZES)
def test_channels_in_the_other_order(size: tuple[int, int]) -> None:
    picture = photograph(size, seed=11)
    expected = _pixels("MobileViTImageProcessorPil", picture, size={"shortest_edge": 288})
    rule = {"method": "shorter_side_center_crop", "size": 288, "filter": "bicubic", "offsets": "down"}
    ours, said = decoded(picture, image_spec((3, 256, 256), "BGR", resize=rule))
    assert np.abs(ours - expected).max() <= 1 / 255 + 1e-6
    assert said[-1] == "channels in the order blue, green, red"
