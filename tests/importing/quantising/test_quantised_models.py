"""A quantised model is a model of its own that workers accept, and says how far it agrees with the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from certificates import FIRST_ORDER, certify
from importing.certify_models_cli import main
from importing.load_checks import loaded
from registry import ModelManifest, Registry
from tests.support.places import ROOT, SHIPPED_MODELS
from worker.sampling.sampler import SampleRequest, sample, select_class


def run(arguments: list[str]) -> int:
    """Run ``certify-models`` and return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(str(ended.value.code))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models directory with ``mnist`` and the ``mnist-int8`` that was made of it."""
    directory = tmp_path_factory.mktemp("models")
    shutil.copytree(SHIPPED_MODELS / "mnist", directory / "mnist")
    assert (
        run(["quantise", "mnist", "--calibration", str(ROOT / "examples"), "--models", str(directory)]) == 0
    )
    return directory


@pytest.fixture
def quantised(models: Path) -> ModelManifest:
    return Registry(models).get("mnist-int8")


def test_it_has_a_hash_of_its_own_and_leaves_the_other_as_it_was(
    models: Path, quantised: ModelManifest
) -> None:
    original = Registry(models).get("mnist")
    assert original == Registry(SHIPPED_MODELS).get("mnist").model_copy(update={"folder": original.folder})
    assert quantised.sha256 != original.sha256
    assert quantised.origin is not None
    assert quantised.origin.sha256 == original.sha256
    assert (quantised.input, quantised.labels) == (original.input, original.labels)
    assert quantised.trained_sigma == 0.25


def test_its_weights_are_of_eight_bits(quantised: ModelManifest) -> None:
    graph = onnx.load(quantised.weights).graph
    kinds = {tensor.data_type for tensor in graph.initializer if np.prod(tensor.dims) > 1000}
    assert kinds == {onnx.TensorProto.INT8}
    assert {"QuantizeLinear", "DequantizeLinear"} <= {node.op_type for node in graph.node}
    assert "DynamicQuantizeLinear" not in {node.op_type for node in graph.node}


def test_workers_find_it_one_function_of_one_input_and_certify_a_digit(quantised: ModelManifest) -> None:
    model = loaded(quantised)
    with Image.open(ROOT / "examples" / "digit-7.png") as image:
        x = (np.asarray(image, np.float32) / np.float32(255))[np.newaxis]
    target = select_class(model.runtime, x, 0.25, 512, 1, 512).target
    request = SampleRequest(FIRST_ORDER, target, 0.25, 1, 0, 2048, 512)
    counted = sample(model.runtime, x, request, lambda _: None)
    assert target == 7
    assert certify(FIRST_ORDER, counted, 0.25, 0.001).radius > 0.3


def test_the_votes_that_it_says_are_equal_are_equal(models: Path, quantised: ModelManifest) -> None:
    assert quantised.origin is not None
    said = quantised.origin.noisy_votes
    assert said is not None
    first, second = (loaded(Registry(models).get(name)).runtime for name in ("mnist", "mnist-int8"))
    generator = np.random.default_rng(5)
    equal = votes = 0
    for file in sorted((ROOT / "examples").glob("*.png")):
        with Image.open(file) as image:
            x = np.asarray(image, np.float32) / np.float32(255)
        noisy = (x + 0.25 * generator.standard_normal((first.rows or 2, 1, 28, 28))).astype(np.float32)
        equal += int((first.votes(noisy) == second.votes(noisy)).sum())
        votes += len(noisy)
    assert said.votes >= 1000
    assert abs(said.equal / said.votes - equal / votes) < 0.02
