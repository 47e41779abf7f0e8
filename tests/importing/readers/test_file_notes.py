"""What a file says of itself reaches the manifest; flags say the rest, and override it."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest

from importing import ImportOptions, ImportRefused, Layout
from importing.class_names import read_class_names
from importing.model_import import Imported, import_model
from tests.support.onnx_styles import CLASSES, net, two_heads

NAMES = ["ant", "bee", "cat", "dog", "eel"]


def imported(tmp_path: Path, model: onnx.ModelProto, options: ImportOptions | None = None) -> Imported:
    models = tmp_path / "models"
    models.mkdir()
    onnx.save_model(model, tmp_path / "net.onnx")
    return import_model(tmp_path / "net.onnx", options or ImportOptions(), models)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("names", str(dict(enumerate(NAMES)))),
        ("id2label", json.dumps({str(number): name for number, name in enumerate(NAMES)})),
        ("labels", json.dumps(NAMES)),
        ("classes", ", ".join(NAMES)),
        ("class_names", "\n".join(NAMES)),
    ],
)
def test_class_names_of_the_metadata(key: str, text: str, tmp_path: Path) -> None:
    model = net()
    model.metadata_props.add(key=key, value=text)
    done = imported(tmp_path, model)
    assert list(done.manifest.labels) == NAMES
    assert not any(guess.flag == "--labels" for guess in done.guesses)


def test_names_that_do_not_fit_the_scores_are_not_taken(tmp_path: Path) -> None:
    model = net()
    model.metadata_props.add(key="names", value="one, two")
    done = imported(tmp_path, model)
    assert done.manifest.labels == tuple(map(str, range(CLASSES)))
    assert any(guess.flag == "--labels" for guess in done.guesses)


def test_description_licence_and_source_of_the_metadata(tmp_path: Path) -> None:
    model = net()
    for key, value in {"description": "Animals.", "license": "MIT", "author": "A. Body"}.items():
        model.metadata_props.add(key=key, value=value)
    manifest = imported(tmp_path, model, ImportOptions(licence="CC0")).manifest
    assert (manifest.description, manifest.licence, manifest.source) == ("Animals.", "CC0", "A. Body")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("names.txt", "\n".join(NAMES) + "\n\n"),
        ("names.json", json.dumps(NAMES)),
        ("names.json", json.dumps({name: number for number, name in enumerate(NAMES)})),
        ("names.json", json.dumps({str(number): [f"n{number}", name] for number, name in enumerate(NAMES)})),
        ("config.json", json.dumps({"id2label": {str(number): name for number, name in enumerate(NAMES)}})),
        ("names.csv", "id,name\n" + "".join(f"{number},{name}\n" for number, name in enumerate(NAMES))),
        ("names.csv", "".join(f"{number},{name}\n" for number, name in reversed(list(enumerate(NAMES))))),
    ],
)
def test_files_of_class_names(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert list(read_class_names(tmp_path / name)) == NAMES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"0": "ant", "2": "bee"}', "numbered 0, 1, 2"),
        ('["ant", 3]', "3 is not a class name"),
        ("[1", "no class names that can be read"),
        ("ant\n", "two classes or more"),
    ],
)
def test_files_without_class_names(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text(text)
    with pytest.raises(ImportRefused, match=said):
        read_class_names(tmp_path / "names.json")


def test_the_output_can_be_named(tmp_path: Path) -> None:
    manifest = imported(tmp_path, two_heads(), ImportOptions(output="probabilities")).manifest
    assert manifest.origin is not None
    assert "the output 'probabilities' is kept" in manifest.origin.steps[0]


def test_an_output_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"--output: net\.onnx has no output 'z'; it has f, aux_logits"):
        imported(tmp_path, two_heads(), ImportOptions(output="z"))


def test_a_file_of_any_size_asks_for_the_shape(tmp_path: Path) -> None:
    model = net()
    for axis in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        axis.dim_param = "size"
    with pytest.raises(ImportRefused, match=r"any size \(\[3, \?, \?\]\).*--shape 3,224,224"):
        imported(tmp_path, model)
    assert list((tmp_path / "models").iterdir()) == []
    given = ImportOptions(shape=(3, 8, 8))
    assert import_model(tmp_path / "net.onnx", given, tmp_path / "models").manifest.input.shape == (3, 8, 8)


def test_a_shape_that_is_not_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"--shape: net\.onnx takes inputs of shape \[3, 8, 8\]"):
        imported(tmp_path, net(), ImportOptions(shape=(3, 9, 9)))


def test_the_layout_can_be_said(tmp_path: Path) -> None:
    manifest = imported(tmp_path, net(channels_last=True), ImportOptions(layout=Layout.NHWC)).manifest
    assert manifest.input.shape == (3, 8, 8)
