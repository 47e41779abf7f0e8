"""An import writes a folder that the registry reads, with what the flags say; a refusal writes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from importing import ImportOptions, ImportRefused
from importing.model_import import import_model
from registry import Registry
from tests.support.onnx_styles import net
from tests.support.toy_runtimes import onnx_linear

WEIGHTS = np.array([[-1, 1, 0], [0, 2, 0]], dtype=np.float32)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    directory = tmp_path / "models"
    directory.mkdir()
    return directory


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A classifier of two inputs into three classes."""
    path = tmp_path / "plane.onnx"
    path.write_bytes(onnx_linear(WEIGHTS, [0.0, 0.0, 0.5]))
    return path


def test_what_is_written_is_a_model_under_the_name_of_its_file(file: Path, models: Path) -> None:
    done = import_model(file, ImportOptions(), models)
    manifest = Registry(models).get("plane")
    assert done.manifest == manifest
    assert manifest.input.shape == (2,)
    assert manifest.labels == ("0", "1", "2")
    assert manifest.origin is not None
    assert manifest.origin.file == "plane.onnx"
    assert manifest.origin.compared_rows == done.comparison.rows > 0
    assert done.cost.samples_per_second > 0


def test_flags_reach_the_manifest(file: Path, models: Path, tmp_path: Path) -> None:
    labels = tmp_path / "names.txt"
    labels.write_text("red\ngreen\nblue\n")
    options = ImportOptions(
        name="other",
        labels=labels,
        mean=(0.5,),
        std=(0.25,),
        sigma=0.5,
        description="A plane.",
        licence="MIT",
    )
    import_model(file, options, models)
    manifest = Registry(models).get("other")
    assert manifest.labels == ("red", "green", "blue")
    assert manifest.normalisation is not None
    assert (manifest.normalisation.mean, manifest.normalisation.std) == ((0.5,), (0.25,))
    assert (manifest.trained_sigma, manifest.description, manifest.licence) == (0.5, "A plane.", "MIT")


def test_what_is_guessed_names_its_flag(file: Path, models: Path) -> None:
    done = import_model(file, ImportOptions(), models)
    flags = " ".join(guess.flag for guess in done.guesses)
    assert "--labels" in flags
    assert "--sigma" in flags
    text = (models / "plane" / "model.toml").read_text()
    assert text.count("# Guessed: ") == len(done.guesses)


def test_a_wrong_number_of_labels_is_refused(file: Path, models: Path, tmp_path: Path) -> None:
    labels = tmp_path / "names.txt"
    labels.write_text("red\ngreen\n")
    with pytest.raises(ImportRefused, match=r"names 2 classes, but the file gives 3 scores"):
        import_model(file, ImportOptions(labels=labels), models)
    assert list(models.iterdir()) == []


def test_the_name_of_a_file_decides_nothing(file: Path, models: Path) -> None:
    other = file.rename(file.with_suffix(".h5"))
    assert import_model(other, ImportOptions(), models).manifest.runtime == "onnx"


def test_a_file_of_the_right_form_is_kept_byte_for_byte(file: Path, models: Path) -> None:
    manifest = import_model(file, ImportOptions(), models).manifest
    assert manifest.weights.read_bytes() == file.read_bytes()
    assert manifest.origin is not None
    assert manifest.origin.sha256 == manifest.sha256


def test_a_folder_with_one_file_is_that_file(file: Path, models: Path) -> None:
    folder = file.parent / "mine"
    folder.mkdir()
    file.rename(folder / "model.onnx")
    assert import_model(folder, ImportOptions(), models).manifest.name == "mine"


def test_what_was_imported_can_be_imported_again(models: Path, tmp_path: Path) -> None:
    onnx.save_model(net(1, flat=(1, -1), channels_last=True), tmp_path / "first.onnx")
    first = import_model(tmp_path / "first.onnx", ImportOptions(), models).manifest
    onnx.save_model(with_fixed_batch(onnx.load(first.weights)), tmp_path / "second.onnx")
    second = import_model(tmp_path / "second.onnx", ImportOptions(), models).manifest
    assert second.origin is not None
    assert second.origin.steps == ("the batch, which was fixed at 1, was freed",)


def with_fixed_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    return model
