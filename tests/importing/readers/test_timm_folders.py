"""A folder that timm saved for the Hub says its architecture, preprocessing and class names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.model_import import import_model
from tests.support.vision_libraries import VisionModule

timm = VisionModule("timm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "small-net"
    network = timm.create_model("test_efficientnet", num_classes=3).eval()
    config = {"label_names": ["cat", "dog", "owl"]}
    timm.models.save_for_hf(network, str(path), config, safe_serialization=True)
    return path


def test_the_folder_says_all_but_the_noise(folder: Path, models: Path) -> None:
    done = import_model(folder, ImportOptions(), models)
    manifest = done.manifest
    assert manifest.labels == ("cat", "dog", "owl")
    assert manifest.input.shape == (3, 160, 160)
    assert manifest.input.resize is not None
    assert manifest.input.resize.filter == "bicubic"
    assert manifest.normalisation is not None
    assert [guess.flag for guess in done.guesses] == ["--sigma"]
    assert manifest.origin is not None
    assert "weights loaded into timm:test_efficientnet for 3 classes" in manifest.origin.steps


def test_an_architecture_that_timm_lacks_is_refused(folder: Path, models: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architecture": "no_such_network"}))
    with pytest.raises(ImportRefused, match="timm has no architecture 'no_such_network'"):
        import_model(folder, ImportOptions(), models)
