"""What cannot be composed is refused in a sentence that says what to do, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from importing import ImportOptions, ImportRefused
from importing.composing.composition import compose_model
from tests.support.models import write_models
from tests.support.onnx_toys import SHAPE, classifier, denoiser, end, written

IMAGES = ("n", *SHAPE)


def of_two_inputs() -> bytes:
    """A denoiser that wants to be told the time step."""
    nodes = [helper.make_node("Mul", ["image", "step"], ["output"])]
    return written(nodes, [end("image", IMAGES), end("step", (1,))], [end("output", IMAGES)])


def of_two_outputs() -> bytes:
    nodes = [helper.make_node("Tanh", ["image"], [name]) for name in ("clean", "noise")]
    return written(nodes, [end("image", IMAGES)], [end(name, IMAGES) for name in ("clean", "noise")])


def of_doubles() -> bytes:
    ends = [end(name, IMAGES, TensorProto.DOUBLE) for name in ("image", "clean")]
    return written([helper.make_node("Tanh", ["image"], ["clean"])], ends[:1], ends[1:])


def that_shrinks() -> bytes:
    """Its answer is half as high and wide as its input."""
    node = helper.make_node("AveragePool", ["image"], ["clean"], kernel_shape=[2, 2], strides=[2, 2])
    return written([node], [end("image", IMAGES)], [end("clean", ("n", 3, 2, 2))])


REFUSED = {
    "two inputs": (of_two_inputs(), "has 2 inputs (image, step); a denoiser takes the noisy image alone"),
    "two outputs": (of_two_outputs(), "has 2 outputs; export it with the denoised image alone"),
    "doubles": (of_doubles(), "its input is DOUBLE; export the denoiser in float32"),
    "another size": (that_shrinks(), "answers [2, 3, 4, 4] by [2, 3, 2, 2]: a denoiser's output has the"),
    "other images": (denoiser(shape=(3, 8, 8)), "takes inputs of shape ['n', 3, 8, 8], but the classifier's"),
    "one row alone": (
        written([helper.make_node("Tanh", ["x"], ["y"])], [end("x", (1, *SHAPE))], [end("y", (1, *SHAPE))]),
        "with a dynamic batch",
    ),
    "cut short": (denoiser()[:-20], "is not a complete ONNX file: export the denoiser again"),
    "empty": (b"", "is not a complete ONNX file: export the denoiser again"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "is not a complete ONNX file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_denoiser_is_refused(tmp_path: Path, case: str) -> None:
    data, said = REFUSED[case]
    (tmp_path / "d.onnx").write_bytes(data)
    (tmp_path / "c.onnx").write_bytes(classifier())
    models = tmp_path / "models"
    models.mkdir()
    with pytest.raises(ImportRefused) as refused:
        compose_model(tmp_path / "d.onnx", str(tmp_path / "c.onnx"), ImportOptions(name="robust"), models)
    assert said in str(refused.value)
    assert list(models.iterdir()) == []


def test_a_missing_denoiser_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.onnx").write_bytes(classifier())
    with pytest.raises(ImportRefused, match=r"d\.onnx cannot be read: No such file"):
        compose_model(tmp_path / "d.onnx", str(tmp_path / "c.onnx"), ImportOptions(name="robust"), tmp_path)


def test_a_torchscript_classifier_is_refused(tmp_path: Path) -> None:
    write_models(tmp_path)
    (tmp_path / "d.onnx").write_bytes(denoiser())
    with pytest.raises(
        ImportRefused, match=r"half-space is a model for the runtime torchscript.*export it to"
    ):
        compose_model(tmp_path / "d.onnx", "half-space", ImportOptions(name="robust"), tmp_path)


def test_a_denoiser_whose_operators_cannot_be_converted_is_refused(tmp_path: Path) -> None:
    statistics = {name: np.ones(SHAPE, np.float32) for name in "abcd"}
    node = helper.make_node("BatchNormalization", ["x", *statistics], ["y"], spatial=0)
    ends = [end(name, IMAGES) for name in ("x", "y")]
    data = written([node], ends[:1], ends[1:], statistics, opset=8, ir_version=6)
    (tmp_path / "d.onnx").write_bytes(data)
    (tmp_path / "c.onnx").write_bytes(classifier())
    with pytest.raises(ImportRefused) as refused:
        compose_model(tmp_path / "d.onnx", str(tmp_path / "c.onnx"), ImportOptions(name="robust"), tmp_path)
    assert "has opset 8 and cannot be brought to 18" in str(refused.value)
