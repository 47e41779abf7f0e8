"""What cannot be quantised is refused in a sentence that says what to do, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from importing import ImportRefused
from importing.quantising.quantisation import quantise_model
from tests.support.places import ROOT, SHIPPED_MODELS

EXAMPLES = ROOT / "examples"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    directory = tmp_path / "models"
    for name in ("mnist", "mnist-torchscript", "mnist-plain", "swiss-roll"):
        shutil.copytree(SHIPPED_MODELS / name, directory / name)
    return directory


def refusal(name: str, folder: Path, models: Path, **given: float | str) -> str:
    """Return why a model is refused; the directory holds what it held before."""
    before = sorted(path for path in models.rglob("*"))
    with pytest.raises(ImportRefused) as refused:
        quantise_model(name, folder, models, **given)  # type: ignore[arg-type]  # given by name
    assert sorted(path for path in models.rglob("*")) == before
    return str(refused.value)


def test_a_torchscript_model(models: Path) -> None:
    said = refusal("mnist-torchscript", EXAMPLES, models)
    assert "is a model for the runtime torchscript, and only ONNX files can be changed: export it" in said


def test_a_model_without_a_sigma(models: Path) -> None:
    said = refusal("mnist-plain", EXAMPLES, models)
    assert "was trained without noise: give the noise that it will be certified at with --sigma" in said


@pytest.mark.parametrize("sigma", [0.0, -0.25, float("nan"), float("inf")])
def test_a_sigma_that_is_none(models: Path, sigma: float) -> None:
    said = refusal("mnist", EXAMPLES, models, sigma=sigma)
    assert "is no noise; give a number above 0" in said


def test_no_such_model(models: Path) -> None:
    assert "there is no model 'other': certify-models list" in refusal("other", EXAMPLES, models)


def test_the_name_of_the_model_itself(models: Path) -> None:
    assert "mnist is the model itself" in refusal("mnist", EXAMPLES, models, new_name="mnist")


def test_a_name_that_is_taken(models: Path) -> None:
    said = refusal("mnist", EXAMPLES, models, new_name="mnist-plain")
    assert "there is a model 'mnist-plain' already" in said


def test_no_folder(models: Path, tmp_path: Path) -> None:
    assert f"there is no folder {tmp_path / 'none'}" in refusal("mnist", tmp_path / "none", models)


def test_a_folder_without_pictures(models: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    (tmp_path / "pictures").mkdir()
    said = refusal("mnist", tmp_path / "pictures", models)
    assert "has no files that end in .jpeg, .jpg, .png, .webp" in said


def test_too_few_pictures(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(EXAMPLES / "digit-0.png", folder)
    assert f"{folder} has 1 pictures; give 10 or more" in refusal("mnist", folder, models)


def test_a_damaged_picture(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    shutil.copytree(EXAMPLES, folder)
    whole = (folder / "digit-5.png").read_bytes()
    (folder / "digit-5.png").write_bytes(whole[:-30])
    assert "digit-5.png is damaged" in refusal("mnist", folder, models)


def test_a_tensor_of_another_shape(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tensors"
    folder.mkdir()
    for number in range(10):
        np.save(folder / f"{number}.npy", np.zeros(3 if number == 4 else 2, np.float32))
    said = refusal("swiss-roll", folder, models)
    assert "4.npy is no tensor of real numbers of shape [2]" in said


def test_a_model_that_is_quantised_already(models: Path) -> None:
    quantise_model("mnist", EXAMPLES, models)
    said = refusal("mnist-int8", EXAMPLES, models)
    assert "mnist-int8 is quantised already: name the model that it was made of" in said
