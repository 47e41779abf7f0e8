"""A folder of Hugging Face is imported with one command: network, preprocessing and class names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.model_import import import_model
from tests.support.torch_files import hostile_torch_save
from tests.support.vision_libraries import VisionModule

NAMES = {0: "cat", 1: "dog", 2: "owl"}

transformers = VisionModule("transformers")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small vision transformer for pictures of 32x32."""
    path = tmp_path / "small-vit"
    config = transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=8,
        id2label=NAMES,
        label2id={name: index for index, name in NAMES.items()},
    )
    torch.manual_seed(0)
    transformers.ViTForImageClassification(config).save_pretrained(path)
    transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(path)
    return path


def edit(file: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(file.read_text())
    change(value)
    file.write_text(json.dumps(value))


def test_the_folder_says_all_but_the_noise(folder: Path, models: Path) -> None:
    done = import_model(folder, ImportOptions(), models)
    manifest = done.manifest
    assert manifest.name == "small-vit"
    assert manifest.labels == ("cat", "dog", "owl")
    assert manifest.input.shape == (3, 32, 32)
    assert manifest.input.resize is not None
    assert (manifest.input.resize.method, manifest.input.resize.filter) == ("stretch", "bilinear")
    assert manifest.normalisation is not None
    assert (manifest.normalisation.mean, manifest.normalisation.std) == ((0.5,) * 3, (0.5,) * 3)
    assert manifest.origin is not None
    assert manifest.origin.file == "small-vit/model.safetensors"
    assert [guess.flag for guess in done.guesses] == ["--sigma"]


def test_an_onnx_file_is_taken_where_there_are_no_weights(folder: Path, models: Path) -> None:
    first = import_model(folder, ImportOptions(), models)
    (folder / "model.safetensors").unlink()
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(first.manifest.weights.read_bytes())
    done = import_model(folder, ImportOptions(name="again"), models)
    assert done.manifest.labels == ("cat", "dog", "owl")
    assert done.manifest.input == first.manifest.input
    assert done.manifest.normalisation == first.manifest.normalisation


def test_weights_in_a_pickle_are_read_without_running_it(folder: Path, models: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(hostile_torch_save(made))
    with pytest.raises(ImportRefused, match=r"would import posix\.mkdir"):
        import_model(folder, ImportOptions(), models)
    assert not made.exists()
    assert list(models.iterdir()) == []


def test_code_in_the_folder_is_not_run(folder: Path, models: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    (folder / "hostile.py").write_text(f"import os\nos.mkdir({str(made)!r})\n")

    def custom(config: Any) -> None:
        config["architectures"] = ["MineForImageClassification"]
        config["auto_map"] = {"AutoModelForImageClassification": "hostile.MineForImageClassification"}

    edit(folder / "config.json", custom)
    with pytest.raises(ImportRefused, match="is no image classifier of transformers"):
        import_model(folder, ImportOptions(), models)
    assert not made.exists()


def test_a_model_for_another_task_is_refused(folder: Path, models: Path) -> None:
    edit(folder / "config.json", lambda config: config.update(architectures=["ViTModel"]))
    with pytest.raises(ImportRefused, match=r"'ViTModel'\], which is no image classifier"):
        import_model(folder, ImportOptions(), models)


def test_missing_weights_are_not_made_up(folder: Path, models: Path) -> None:
    """transformers fills in random numbers for weights that a file lacks."""
    import safetensors.torch  # noqa: PLC0415 - only here

    state = safetensors.torch.load_file(folder / "model.safetensors")
    del state["classifier.weight"]
    safetensors.torch.save_file(state, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ImportRefused, match=r"lacks classifier\.weight"):
        import_model(folder, ImportOptions(), models)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("config.json", "{", "cannot be read as JSON"),
        ("config.json", "[]", "must hold a JSON object"),
        ("preprocessor_config.json", "{", "cannot be read as JSON"),
        ("preprocessor_config.json", '{"size": "large"}', "cannot be read"),
        ("model.safetensors", "short", "cannot be loaded by transformers"),
    ],
)
def test_damaged_files_are_refused(folder: Path, models: Path, file: str, content: str, said: str) -> None:
    (folder / file).write_text(content)
    with pytest.raises(ImportRefused, match=said):
        import_model(folder, ImportOptions(), models)
    assert list(models.iterdir()) == []


def test_a_folder_without_weights_is_refused(folder: Path, models: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ImportRefused, match=r"without weights: it needs one of model\.safetensors"):
        import_model(folder, ImportOptions(), models)


def _in_parts(folder: Path) -> Path:
    """Write the weights in several parts with an index, as large models have them."""
    (folder / "model.safetensors").unlink()
    torch.manual_seed(0)
    config = transformers.AutoConfig.from_pretrained(folder)
    transformers.ViTForImageClassification(config).save_pretrained(folder, max_shard_size="10KB")
    return folder / "model.safetensors.index.json"


def test_weights_in_parts_are_read(folder: Path, models: Path) -> None:
    index = _in_parts(folder)
    assert len(set(json.loads(index.read_text())["weight_map"].values())) > 1
    assert import_model(folder, ImportOptions(), models).manifest.labels == ("cat", "dog", "owl")


@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/outside.safetensors", "sub/part.safetensors", ".."]
)
def test_a_part_outside_of_the_folder_is_not_read(folder: Path, models: Path, name: str) -> None:
    index = _in_parts(folder)
    first = min(folder.glob("model-*.safetensors"))
    (folder.parent / "outside.safetensors").write_bytes(first.read_bytes())
    edit(index, lambda value: value["weight_map"].update(dict.fromkeys(list(value["weight_map"])[:1], name)))
    with pytest.raises(ImportRefused, match="leads out of the folder"):
        import_model(folder, ImportOptions(), models)
    assert list(models.iterdir()) == []


def test_a_missing_part_is_named(folder: Path, models: Path) -> None:
    _in_parts(folder)
    part = min(folder.glob("model-*.safetensors"))
    part.unlink()
    with pytest.raises(ImportRefused, match=f"{part.name}, which is not there"):
        import_model(folder, ImportOptions(), models)
