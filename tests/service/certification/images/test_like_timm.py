"""The gateway's arrays are those of timm's preprocessing for evaluation, to one level of 255."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.resized import SIZES, assert_pixels, photograph
from tests.support.vision_libraries import VisionModule

timm_data = VisionModule("timm.data")

METHODS = {"center": "shorter_side_center_crop", "squash": "stretch", "border": "fit_with_border"}


def _evaluation(**settings: Any) -> Any:
    return timm_data.create_transform(
        input_size=(3, *settings.pop("own")), mean=(0, 0, 0), std=(1, 1, 1), is_training=False, **settings
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.875, 0.95, 1.0])
@pytest.mark.parametrize("mode", METHODS)
def test_every_crop_mode(size: tuple[int, int], share: float, mode: str) -> None:
    chain = _evaluation(own=(224, 224), crop_pct=share, crop_mode=mode, interpolation="bicubic")
    picture = photograph(size, seed=5)
    rule = {"method": METHODS[mode], "size": int(224 / share), "filter": "bicubic"}
    assert_pixels(picture, rule, chain(picture).numpy())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", METHODS)
def test_heights_that_are_not_widths(size: tuple[int, int], mode: str) -> None:
    chain = _evaluation(own=(160, 224), crop_pct=0.8, crop_mode=mode, interpolation="bilinear")
    picture = photograph(size, seed=6)
    rule: dict[str, object] = {"method": METHODS[mode], "size": [200, 280], "filter": "bilinear"}
    assert_pixels(picture, rule, chain(picture).numpy())
