"""preprocessor_config.json gives the very inputs that the image processor of transformers makes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from importing.hints.hugging_face_processors import hints_of_processor, with_labels
from importing.hints.preprocessing import Hints
from importing.import_errors import ImportRefused
from tests.support.prepared import assert_prepared
from tests.support.resized import SIZES, photograph
from tests.support.vision_libraries import VisionModule

transformers = VisionModule("transformers")

CASES: list[tuple[str, dict[str, Any]]] = [
    ("ViTImageProcessor", {}),
    ("ViTImageProcessor", {"size": {"height": 96, "width": 128}, "resample": 3}),
    ("BeitImageProcessor", {}),
    ("DeiTImageProcessor", {}),
    ("CLIPImageProcessor", {}),
    ("BitImageProcessor", {"size": {"shortest_edge": 256}}),
    ("ConvNextImageProcessor", {"size": {"shortest_edge": 224}}),
    ("ConvNextImageProcessor", {"size": {"shortest_edge": 384}}),
    ("LevitImageProcessor", {}),
    ("PoolFormerImageProcessor", {}),
    ("MobileNetV1ImageProcessor", {}),
    ("MobileNetV2ImageProcessor", {}),
    ("MobileViTImageProcessor", {}),
    ("EfficientNetImageProcessor", {}),
    ("EfficientNetImageProcessor", {"rescale_factor": 1 / 127.5, "rescale_offset": True}),
    ("PvtImageProcessor", {}),
    ("SiglipImageProcessor", {}),
    ("ViTImageProcessor", {"do_rescale": False}),
    ("ViTImageProcessor", {"do_normalize": False}),
]


@pytest.mark.parametrize(("backend", "strays"), [("", 0.02), ("Pil", 0.0)])
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_pictures_are_prepared_as_transformers_does(
    name: str, settings: dict[str, Any], backend: str, strays: float
) -> None:
    """The gateway works with Pillow; bicubic tensors of torchvision stray at a few pixels.

    Of the sizes every other: the gateway's own tests compare its resizing at all.
    """
    processor = getattr(transformers, f"{name}{backend}")(**settings)
    hints = hints_of_processor(json.loads(processor.to_json_string()))
    for number, size in enumerate(SIZES[::2]):
        picture = photograph(size, seed=number)
        expected = processor(picture, return_tensors="np")["pixel_values"][0]
        assert_prepared(hints, picture, expected, strays)


@pytest.mark.parametrize(
    ("config", "method", "size"),
    [
        ({"feature_extractor_type": "ViTFeatureExtractor", "size": 96}, "stretch", (96, 96)),
        (
            {"feature_extractor_type": "CLIPFeatureExtractor", "size": 96, "crop_size": 80},
            "shorter_side_center_crop",
            (80, 80),
        ),
        (
            {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 224},
            "shorter_side_center_crop",
            (224, 224),
        ),
    ],
)
def test_files_of_old_say_one_number(config: dict[str, Any], method: str, size: tuple[int, int]) -> None:
    hints = hints_of_processor(config)
    assert hints.resize is not None
    assert (hints.resize.method, hints.size) == (method, size)


def test_a_processor_without_a_rule_of_ours_leaves_the_resizing_open() -> None:
    hints = hints_of_processor({"image_processor_type": "PerceiverImageProcessor"})
    assert hints.resize is None
    assert [(guess.what, guess.flag) for guess in hints.guesses] == [
        ("pictures are resized before they are cut; the library cuts them first", "--resize")
    ]


@pytest.mark.parametrize(
    "config",
    [
        {"image_processor_type": "ViTImageProcessor", "size": "large"},
        {"image_processor_type": "ViTImageProcessor", "size": {"height": -1, "width": 2}},
        {"image_processor_type": "ViTImageProcessor", "resample": 99},
        {"image_processor_type": "ViTImageProcessor", "image_mean": ["grey"]},
        {"image_processor_type": "ViTImageProcessor", "image_std": [0, 0, 0]},
        {"image_processor_type": "ConvNextImageProcessor", "size": {"height": 2}},
    ],
)
def test_configurations_that_cannot_be_read_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ImportRefused, match=r"preprocessor_config\.json cannot be read"):
        hints_of_processor(config)


def test_class_names_stand_in_the_order_of_their_numbers() -> None:
    assert with_labels(Hints("x"), {"id2label": {"1": "dog", "0": "cat"}}).labels == ("cat", "dog")


def test_numbered_classes_have_no_names() -> None:
    assert with_labels(Hints("x"), {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}).labels is None


@pytest.mark.parametrize("names", [{"0": "a", "2": "b"}, {"x": "a", "y": "b"}])
def test_class_names_with_gaps_are_refused(names: dict[str, str]) -> None:
    with pytest.raises(ImportRefused, match="id2label must number the classes"):
        with_labels(Hints("x"), {"id2label": names})
