"""Runtimes: the votes are the model's own, and a model that cannot be run as asked is refused."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto
from scipy import stats

from certificates import FIRST_ORDER
from registry import ModelBroken
from registry.manifest import ModelManifest
from scripts.export import Value, torchscript_bytes
from tests.support.linear_models import WEIGHTS, Linear, model
from tests.support.toy_runtimes import onnx_linear
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_errors import ModelOutputError, RuntimeLoadError
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, sample


def load(manifest: ModelManifest) -> Runtime:
    return load_runtime(manifest, "cpu", 1)


both = pytest.mark.parametrize("runtime", ["onnx", "torchscript"])


@both
def test_votes_are_the_largest_scores_and_ties_go_to_the_lowest_class(tmp_path: Path, runtime: str) -> None:
    batch = np.array([[0.5, 9, 9], [-0.5, 9, 9], [0.0, 9, 9]], np.float32)
    before = batch.copy()
    assert load(model(tmp_path, runtime)).votes(batch).tolist() == [1, 0, 0]
    assert np.array_equal(batch, before), "the batch must not be changed"


@both
def test_infinite_scores_are_votes_like_any_other(tmp_path: Path, runtime: str) -> None:
    runtime_ = load(model(tmp_path, runtime))
    assert runtime_.votes(np.array([[np.inf, 0, 0]], np.float32)).tolist() == [1]


@both
def test_the_runtime_says_what_it_is(tmp_path: Path, runtime: str) -> None:
    loaded = load(model(tmp_path, runtime))
    expected = {
        "onnx": ("onnxruntime", ort.__version__, "CPUExecutionProvider", "as in the file"),
        "torchscript": ("torchscript", torch.__version__, "cpu", "as in the file"),
    }[runtime]
    identity = loaded.computation
    assert (identity.name, identity.version, identity.provider, identity.precision) == expected
    assert loaded.classes == 2
    assert loaded.memory.device == "cpu"


@both
def test_noise_is_added_before_the_normalisation(tmp_path: Path, runtime: str) -> None:
    norm: dict[str, dict[str, Value]] = {"normalisation": {"mean": [0.25], "std": [0.5]}}
    # The normalised first element must be above 0.25, which the input is above 0.375.
    loaded = load(model(tmp_path, runtime, bias=(0.25, -0.25), tables=norm))
    x, sigma, n = np.full(3, 0.5, dtype=np.float32), 0.25, 20_000
    hits = sample(loaded, x, SampleRequest(FIRST_ORDER, 1, sigma, 1, 0, n, 1024), lambda _: None).hits
    assert hits is not None
    expected = stats.binom(n, stats.norm.cdf((0.5 - 0.375) / sigma))
    assert expected.ppf(1e-6) <= hits.hits <= expected.isf(1e-6)


@both
def test_normalisation_can_differ_along_the_first_axis(tmp_path: Path, runtime: str) -> None:
    norm: dict[str, dict[str, Value]] = {"normalisation": {"mean": [0.5, 0.0, 0.0], "std": [2.0, 1.0, 1.0]}}
    loaded = load(model(tmp_path, runtime, bias=(0.1, -0.1), tables=norm))
    batch = np.array([[0.69, 0, 0], [0.71, 0, 0]], np.float32)  # (x - 0.5) / 2 > 0.1 where x > 0.7
    assert loaded.votes(batch).tolist() == [0, 1]


@both
@pytest.mark.parametrize("normalised", [False, True])
def test_passes_are_votes_on_one_batch_after_another(tmp_path: Path, runtime: str, normalised: bool) -> None:
    tables: dict[str, dict[str, Value]] = {"normalisation": {"mean": [0.25], "std": [0.5]}}
    loaded = load(model(tmp_path, runtime, bias=(0.1, -0.1), tables=tables if normalised else None))
    batches = np.linspace(-1, 1, 36, dtype=np.float32)[np.arange(36) * 7 % 36].reshape(3, 4, 3)
    buffer, asked = np.full((4, 3), 9.0, np.float32), []

    def fill(part: int) -> None:
        asked.append(part)
        np.copyto(buffer, batches[part])

    found = loaded.passes(buffer, 3, fill)
    assert asked == [0, 1, 2]
    assert np.array_equal(found, np.concatenate([loaded.votes(batch) for batch in batches]))
    assert np.array_equal(buffer, batches[2]), "the batch must not be changed"
    assert np.array_equal(loaded.votes(buffer[:2]), loaded.votes(batches[2])[:2]), "one address, two shapes"


@both
def test_every_pass_is_looked_through_for_scores_that_are_not_numbers(tmp_path: Path, runtime: str) -> None:
    loaded = load(model(tmp_path, runtime, bias=(1.0, 1.0), logarithm=True))
    buffer = np.zeros((4, 3), np.float32)

    def fill(part: int) -> None:
        buffer[3, 0] = 1.5 if part == 2 else 0.0  # one score becomes the logarithm of -0.5

    assert loaded.passes(buffer, 2, fill).tolist() == [0] * 8
    with pytest.raises(ModelOutputError, match="NaN scores"):
        loaded.passes(buffer, 3, fill)


@both
def test_scores_that_are_not_numbers_are_an_error_not_a_vote(tmp_path: Path, runtime: str) -> None:
    loaded = load(model(tmp_path, runtime, bias=(1.0, 1.0), logarithm=True))
    fine = np.zeros((4, 3), np.float32)
    assert loaded.votes(fine).tolist() == [0, 0, 0, 0]
    fine[2, 0] = 1.5  # one score becomes the logarithm of -0.5
    with pytest.raises(ModelOutputError, match="NaN scores"):
        loaded.votes(fine)
    x, request = (
        np.full(3, 0.9, dtype=np.float32),
        SampleRequest(FIRST_ORDER, 1, 1.0, 1, 0, 64, 1024),
    )
    with pytest.raises(ModelOutputError, match="NaN scores"):
        sample(loaded, x, request, lambda _: None)


@both
def test_a_model_that_only_gives_nan_is_refused_at_load(tmp_path: Path, runtime: str) -> None:
    manifest = model(tmp_path, runtime, bias=(-1.0, -1.0), logarithm=True)
    with pytest.raises(ModelOutputError, match="NaN scores"):
        load(manifest)


@both
def test_labels_must_be_as_many_as_scores(tmp_path: Path, runtime: str) -> None:
    manifest = model(tmp_path, runtime, fields={"labels": ["a", "b", "c"]})
    with pytest.raises(RuntimeLoadError, match=r"scores of shape \(1024, 2\), expected \(1024, 3\)"):
        load(manifest)


@both
def test_a_file_changed_since_the_manifest_was_read_is_refused(tmp_path: Path, runtime: str) -> None:
    manifest = model(tmp_path, runtime)
    manifest.weights.write_bytes(manifest.weights.read_bytes() + b" ")
    with pytest.raises(ModelBroken, match="sha256"):
        load(manifest)


@both
@pytest.mark.parametrize("keep", [0, 10, 200])
def test_a_broken_file_is_refused(tmp_path: Path, runtime: str, keep: int) -> None:
    whole = model(tmp_path, runtime).weights.read_bytes()
    with pytest.raises(
        (RuntimeLoadError, ModelBroken), match=r"not a complete ONNX file|is empty|was cut short"
    ):
        load(model(tmp_path, runtime, whole[:keep]))


@both
def test_a_gpu_that_is_not_there_is_an_error(tmp_path: Path, runtime: str) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(RuntimeLoadError, match="asked for cuda"):
        load_runtime(model(tmp_path, runtime), "cuda", 1)


def test_an_input_of_another_shape_is_refused(tmp_path: Path) -> None:
    four = np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(RuntimeLoadError, match=r"input is \['batch', 4\], but input.shape .* \['batch', 3\]"):
        load(model(tmp_path, "onnx", onnx_linear(four, [0.0, 0.0])))
    with pytest.raises(RuntimeLoadError, match=r"a trial batch of \d+ inputs of shape \[3\] failed"):
        load(model(tmp_path, "torchscript", torchscript_bytes(Linear(four, [0.0, 0.0]))))


def test_onnx_inputs_must_be_float32(tmp_path: Path) -> None:
    data = onnx_linear(WEIGHTS, [0.0, 0.0], kind=TensorProto.DOUBLE)
    with pytest.raises(RuntimeLoadError, match=r"export it with one of float32|cannot load"):
        load(model(tmp_path, "onnx", data))


def test_an_onnx_file_with_two_outputs_is_refused(tmp_path: Path) -> None:
    data = onnx_linear(WEIGHTS, [0.0, 0.0], outputs=2)
    with pytest.raises(RuntimeLoadError, match="1 inputs and 2 outputs; export it with one"):
        load(model(tmp_path, "onnx", data))


def test_a_fixed_batch_is_refused_unless_the_manifest_states_it(tmp_path: Path) -> None:
    data = onnx_linear(WEIGHTS, [0.0, 0.0], batch=6)
    with pytest.raises(RuntimeLoadError, match=r"fixed batch of 6; .* set batch_size = 6"):
        load(model(tmp_path, "onnx", data))
    loaded = load(model(tmp_path, "onnx", data, fields={"batch_size": 6}))
    assert loaded.votes(np.ones((6, 3), np.float32)).tolist() == [1] * 6


def test_a_fixed_odd_batch_is_refused_without_a_way_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RuntimeLoadError, match=r"fixed batch of 1; export it with a dynamic batch$"):
        load(model(tmp_path, "onnx", onnx_linear(WEIGHTS, [0.0, 0.0], batch=1)))


def test_a_script_must_return_one_tensor(tmp_path: Path) -> None:
    class Pair(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return x, x

    with pytest.raises(RuntimeLoadError, match="must be one tensor"):
        load(model(tmp_path, "torchscript", torchscript_bytes(Pair())))


def test_scores_must_be_floating_point(tmp_path: Path) -> None:
    class Whole(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, :2].long()

    with pytest.raises(RuntimeLoadError, match="floating-point"):
        load(model(tmp_path, "torchscript", torchscript_bytes(Whole())))


def test_a_script_is_run_in_evaluation_mode(tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.Dropout(0.9), Linear(WEIGHTS, [0.0, 0.0]))
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch advises torch.export over TorchScript; the service supports both formats.
        warnings.filterwarnings("ignore", message=r".*torch\.jit.*", category=DeprecationWarning)
        torch.jit.save(torch.jit.script(net.train()), buffer)
    loaded = load(model(tmp_path, "torchscript", buffer.getvalue()))
    assert loaded.votes(np.ones((200, 3), np.float32)).tolist() == [1] * 200
