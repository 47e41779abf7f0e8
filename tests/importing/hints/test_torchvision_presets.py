"""Named weights of torchvision give the very inputs that torchvision's own preprocessing makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing import ImportOptions
from importing.hints.torchvision_presets import hints_of_architecture, hints_of_weights
from importing.import_errors import ImportRefused
from importing.model_import import import_model
from importing.pytorch.onnx_export import exported
from tests.support.prepared import assert_prepared
from tests.support.resized import SIZES, photograph
from tests.support.torch_files import small_network
from tests.support.vision_libraries import VisionModule

models = VisionModule("torchvision.models")

WEIGHTS = [
    "ResNet50_Weights.IMAGENET1K_V1",
    "ResNet50_Weights.IMAGENET1K_V2",
    "EfficientNet_B4_Weights.IMAGENET1K_V1",
    "Swin_V2_T_Weights.IMAGENET1K_V1",
    "ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1",
]


@pytest.mark.parametrize("name", WEIGHTS)
def test_pictures_are_prepared_as_torchvision_does(name: str) -> None:
    hints = hints_of_weights(name)
    for number, size in enumerate(SIZES):
        picture = photograph(size, seed=number)
        assert_prepared(hints, picture, models.get_weight(name).transforms()(picture).numpy())


def test_classes_have_their_names() -> None:
    labels = hints_of_weights("ResNet50_Weights.IMAGENET1K_V2").labels
    assert labels is not None
    assert (labels[0], labels[999], len(labels)) == ("tench", "toilet tissue", 1000)


def test_without_a_name_the_best_weights_are_guessed() -> None:
    hints = hints_of_architecture("resnet50")
    assert hints.resize == hints_of_weights("ResNet50_Weights.IMAGENET1K_V2").resize
    assert hints.guesses[0].flag.startswith("--weights-name (one of ResNet50_Weights.IMAGENET1K_V1, ")


@pytest.mark.parametrize("name", ["ResNet50_Weights", "ResNet50_Weights.NONE_SUCH", "nothing", "", "a.b.c"])
def test_names_of_no_weights_are_refused(name: str) -> None:
    with pytest.raises(ImportRefused, match="torchvision knows no weights"):
        hints_of_weights(name)


def test_weights_of_another_task_are_refused() -> None:
    with pytest.raises(ImportRefused, match="is not for an image classifier"):
        hints_of_weights("FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1")


def test_they_hold_for_an_onnx_file_too(tmp_path: Path) -> None:
    models_folder = tmp_path / "models"
    models_folder.mkdir()
    (tmp_path / "net.onnx").write_bytes(exported(small_network(), (3, 64, 64), "net"))
    options = ImportOptions(weights_name="ResNet50_Weights.IMAGENET1K_V1", shape=(3, 64, 64))
    manifest = import_model(tmp_path / "net.onnx", options, models_folder).manifest
    assert manifest.normalisation is not None
    assert manifest.normalisation.mean == (0.485, 0.456, 0.406)
    assert len(manifest.labels) == 5
