"""The gateway's arrays are those of torchvision's own preprocessing, to one level of 255."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.resized import SIZES, assert_pixels, photograph
from tests.support.vision_libraries import VisionModule

transforms = VisionModule("torchvision.transforms")
presets = VisionModule("torchvision.transforms._presets")

FILTERS = ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("crop", "resize"), [(224, 256), (224, 232), (224, 224), (299, 342), (320, 256)])
def test_the_preset_of_its_classifiers(size: tuple[int, int], crop: int, resize: int) -> None:
    mode = transforms.InterpolationMode.BILINEAR
    preset = presets.ImageClassification(
        crop_size=crop, resize_size=resize, mean=(0, 0, 0), std=(1, 1, 1), interpolation=mode
    )
    picture = photograph(size)
    rule = {"method": "shorter_side_center_crop", "size": resize, "filter": "bilinear"}
    assert_pixels(picture, rule, preset(picture).numpy())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FILTERS)
def test_every_filter(size: tuple[int, int], name: str) -> None:
    chain = transforms.Compose(
        [
            transforms.Resize(236, transforms.InterpolationMode(name)),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
        ]
    )
    picture = photograph(size, seed=1)
    rule = {"method": "shorter_side_center_crop", "size": 236, "filter": name}
    assert_pixels(picture, rule, chain(picture).numpy())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("crop", [(160, 200), (201, 131), (300, 100)])
def test_heights_that_are_not_widths(size: tuple[int, int], crop: tuple[int, int]) -> None:
    chain = transforms.Compose(
        [transforms.Resize(256), transforms.CenterCrop(crop), transforms.ToTensor()],
    )
    picture = photograph(size, seed=2)
    rule = {"method": "shorter_side_center_crop", "size": 256, "filter": "bilinear"}
    assert_pixels(picture, rule, chain(picture).numpy())


@pytest.mark.parametrize("size", SIZES)
def test_stretching(size: tuple[int, int]) -> None:
    chain = transforms.Compose([transforms.Resize((200, 240)), transforms.ToTensor()])
    picture = photograph(size, seed=3)
    assert_pixels(picture, {"method": "stretch", "filter": "bilinear"}, chain(picture).numpy())


@pytest.mark.parametrize("size", SIZES)
def test_tensors_that_are_not_antialiased(size: tuple[int, int]) -> None:
    picture = photograph(size, seed=4)
    pixels = transforms.ToTensor()(picture)
    expected = transforms.Resize((96, 96), antialias=False)(pixels).numpy()
    rule = {"method": "stretch", "filter": "bilinear", "antialias": False}
    assert_pixels(picture, rule, np.asarray(expected))
