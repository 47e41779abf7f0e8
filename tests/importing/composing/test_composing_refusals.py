"""What cannot be composed is refused in a sentence that says what to do, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from importing import ImportOptions, ImportRefused
from importing.composing.composition import compose_model
from tests.support.models import write_models
from tests.support.onnx_toys import SHAPE, classifier, denoiser, end, with_weights_at, written
from tests.support.places import ROOT, SHIPPED_MODELS

IMAGES = ("n", *SHAPE)


def of_two_inputs() -> bytes:
    """A denoiser with a second input, for the time step."""
    nodes = [helper.make_node("Mul", ["image", "step"], ["output"])]
    return written(nodes, [end("image", IMAGES), end("step", (1,))], [end("output", IMAGES)])


def of_two_outputs() -> bytes:
    nodes = [helper.make_node("Tanh", ["image"], [name]) for name in ("clean", "noise")]
    return written(nodes, [end("image", IMAGES)], [end(name, IMAGES) for name in ("clean", "noise")])


def of_doubles() -> bytes:
    ends = [end(name, IMAGES, TensorProto.DOUBLE) for name in ("image", "clean")]
    return written([helper.make_node("Tanh", ["image"], ["clean"])], ends[:1], ends[1:])


def that_shrinks() -> bytes:
    """A denoiser whose output is half as high and wide as its input."""
    node = helper.make_node("AveragePool", ["image"], ["clean"], kernel_shape=[2, 2], strides=[2, 2])
    return written([node], [end("image", IMAGES)], [end("clean", ("n", 3, 2, 2))])


def that_draws() -> bytes:
    nodes = [
        helper.make_node("RandomNormalLike", ["image"], ["drawn"]),
        helper.make_node("Sub", ["image", "drawn"], ["clean"]),
    ]
    return written(nodes, [end("image", IMAGES)], [end("clean", IMAGES)])


def of_its_own() -> bytes:
    node = helper.make_node("Magic", ["image"], ["clean"], domain="mine")
    return written([node], [end("image", IMAGES)], [end("clean", IMAGES)])


def of_two_rows() -> bytes:
    """A denoiser for exactly two rows, which adds a different number to each."""
    node = helper.make_node("Add", ["image", "rows"], ["clean"])
    ends = [end(name, (2, *SHAPE)) for name in ("image", "clean")]
    return written([node], ends[:1], ends[1:], {"rows": np.arange(2, dtype=np.float32).reshape(2, 1, 1, 1)})


REFUSED = {
    "two inputs": (of_two_inputs(), "has 2 inputs (image, step); a denoiser takes the noisy image alone"),
    "two outputs": (of_two_outputs(), "has 2 outputs; export it with the denoised image alone"),
    "doubles": (of_doubles(), "input and output are DOUBLE and DOUBLE; export the denoiser in"),
    "another size": (that_shrinks(), "answers [3, 3, 4, 4] by [3, 3, 2, 2]: a denoiser's output has the"),
    "other images": (
        denoiser(shape=(3, 8, 8)),
        "takes inputs of shape [None, 3, 8, 8], but the classifier's",
    ),
    "random numbers": (that_draws(), "draws random numbers while it computes"),
    "an operator of its own": (of_its_own(), "uses operators that ONNX Runtime does not have: mine.Magic"),
    "rows that it counts": (of_two_rows(), "cannot be made to take any number of images"),
    "cut short": (denoiser()[:-20], "is not a complete ONNX file: it was cut short or damaged"),
    "empty": (b"", "is empty (0 bytes)"),
    "a picture": ((ROOT / "examples/digit-1.png").read_bytes(), "is of no kind that is known here"),
    "torchscript": (
        (SHIPPED_MODELS / "mnist-torchscript/model.pt").read_bytes(),
        "a denoiser is an ONNX file",
    ),
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
    with pytest.raises(ImportRefused, match=r"there is no file .*d\.onnx: check the path"):
        compose_model(tmp_path / "d.onnx", str(tmp_path / "c.onnx"), ImportOptions(name="robust"), tmp_path)


def test_a_classifier_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.onnx").write_bytes(denoiser())
    with pytest.raises(
        ImportRefused, match=r"^nowhere is neither a file nor a model in .*certify-models list$"
    ):
        compose_model(tmp_path / "d.onnx", "nowhere", ImportOptions(name="robust"), tmp_path)


def test_weights_outside_the_folder_of_the_denoiser_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "c.onnx").write_bytes(classifier())
    (tmp_path / "secret").write_bytes(bytes(4))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "d.onnx").write_bytes(with_weights_at("../secret"))
    with pytest.raises(ImportRefused, match=r"wants weights from '\.\./secret', outside its own folder"):
        compose_model(
            tmp_path / "files" / "d.onnx", str(tmp_path / "c.onnx"), ImportOptions(name="robust"), tmp_path
        )


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
