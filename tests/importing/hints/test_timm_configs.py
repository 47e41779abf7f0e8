"""timm's pretrained_cfg gives the very inputs that timm's own preprocessing makes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from importing.hints.timm_configs import hints_of_architecture, hints_of_config
from importing.import_errors import ImportRefused
from tests.support.prepared import assert_prepared
from tests.support.resized import SIZES, photograph
from tests.support.vision_libraries import VisionModule

timm = VisionModule("timm")
timm_data = VisionModule("timm.data")

NAMES = [
    "resnet50.a1_in1k",
    "vit_base_patch16_224.augreg_in21k_ft_in1k",
    "efficientnet_b0.ra_in1k",
    "convnext_tiny.fb_in1k",
    "eva02_tiny_patch14_336.mim_in22k_ft_in1k",
    "mobilenetv3_small_100.lamb_in1k",
]


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_prepared_as_timm_does(name: str) -> None:
    config = dataclasses.asdict(timm.get_pretrained_cfg(name))
    chain = timm_data.create_transform(**timm_data.resolve_data_config({}, pretrained_cfg=config))
    for number, size in enumerate(SIZES):
        picture = photograph(size, seed=number)
        assert_prepared(hints_of_architecture(name), picture, chain(picture).numpy())


@pytest.mark.parametrize("mode", ["center", "squash", "border"])
def test_every_crop_mode(mode: str) -> None:
    config = {
        "input_size": (3, 96, 128),
        "crop_pct": 0.8,
        "crop_mode": mode,
        "interpolation": "bilinear",
        "mean": (0.4, 0.5, 0.6),
        "std": (0.2, 0.3, 0.4),
    }
    chain = timm_data.create_transform(**timm_data.resolve_data_config({}, pretrained_cfg=config))
    for number, size in enumerate(SIZES):
        picture = photograph(size, seed=number)
        assert_prepared(hints_of_config(config, "config.json"), picture, chain(picture).numpy())


def test_a_name_with_its_tag_leaves_the_class_names_to_guess_alone() -> None:
    assert [guess.flag for guess in hints_of_architecture("resnet50.a1_in1k").guesses] == ["--labels"]
    flags = [guess.flag for guess in hints_of_architecture("resnet50").guesses]
    assert flags == ["--labels", "--network timm:resnet50.TAG"]


def test_classes_of_imagenet_have_their_names() -> None:
    labels = hints_of_architecture("resnet50.a1_in1k").labels
    assert labels is not None
    assert (len(labels), labels[0]) == (1000, "tench, Tinca tinca")


@pytest.mark.parametrize(
    ("names", "descriptions", "expected"),
    [
        (["n1", "n2"], None, ("n1", "n2")),
        (["n2", "n1"], {"n1": "cat", "n2": "dog"}, ("dog", "cat")),
    ],
)
def test_class_names_stand_in_the_order_of_the_classes(
    names: Any, descriptions: Any, expected: tuple[str, ...]
) -> None:
    config = {"input_size": [3, 32, 32], "label_names": names, "label_descriptions": descriptions}
    assert hints_of_config(config, "config.json").labels == expected


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"input_size": "large"},
        {"input_size": [3, 32, 32], "crop_mode": "spiral"},
        {"input_size": [3, 32, 32], "crop_pct": 0.0, "interpolation": "guesswork"},
        {"input_size": [3, 32, 32], "mean": "grey", "std": [1]},
        {"input_size": [3, 32, 32], "label_names": ["a"], "label_descriptions": {"b": "c"}},
    ],
)
def test_configurations_that_cannot_be_read_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ImportRefused, match=r"config\.json"):
        hints_of_config(config, "config.json")
