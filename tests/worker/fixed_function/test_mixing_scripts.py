"""TorchScript models whose rows influence each other are refused, with the reason."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor

from registry import Registry
from scripts.export import Value
from tests.support.mixing_models import NAMED, OWN, Honest, NoisyGreyOnly
from tests.support.mixing_trials import refusal, script, tried
from tests.support.places import SHIPPED_MODELS

SHIPPED = SHIPPED_MODELS
CAUSES = {
    "a BatchNorm in training mode": "batch_norm in training mode",
    "a BatchNorm without running statistics": "batch_norm",
    "a softmax over the batch": "aten::softmax over dim 0",
    "scores centred on the batch": "aten::mean over dim 0",
    "scores averaged with the batch": "aten::mean over dim 0",
    "a transformer with batch_first forgotten": "batch_first=True",
    "dynamic quantisation": "quantize_per_tensor_dynamic",
    "division by the largest score of the batch": "aten::max over everything",
}


class Mixed(torch.nn.Module):
    """Each row's scores are drowned in the mean of the batch."""

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.net(x)
        return 0.02 * y + y.mean(0, keepdim=True)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")  # advice to move to torchao
@pytest.mark.parametrize("rows", [2, 128])
@pytest.mark.parametrize("name", NAMED)
def test_the_usual_mistakes_are_refused_by_name(tmp_path: Path, name: str, rows: int) -> None:
    refused = refusal(script(tmp_path, NAMED[name](), rows))
    assert refused.failure_type == "classifier_mixes_rows"
    assert "'toy' is not a function of one input: at load, " in refused.detail
    assert "Likely cause: " in refused.detail
    assert CAUSES[name] in refused.detail


@pytest.mark.parametrize("rows", [2, 128])
@pytest.mark.parametrize("construction", OWN, ids=lambda made: made.__name__)
def test_attempts_to_mix_unseen_are_refused(tmp_path: Path, construction: type[Honest], rows: int) -> None:
    refused = refusal(script(tmp_path, construction(), rows))
    assert refused.failure_type in {"classifier_mixes_rows", "classifier_not_deterministic"}


@pytest.mark.parametrize("rows", [2, 128])
def test_what_they_are_made_of_is_accepted(tmp_path: Path, rows: int) -> None:
    tried(script(tmp_path, Honest(), rows))


@pytest.mark.parametrize("rows", [2, 128])
def test_what_mixes_only_noisy_copies_of_the_input_is_found_in_a_job(tmp_path: Path, rows: int) -> None:
    refused = refusal(script(tmp_path, NoisyGreyOnly(), rows))
    assert refused.failure_type == "classifier_mixes_rows"
    assert "as the job was counted, " in refused.detail
    assert "noisy copies of the job's input" in refused.detail


@pytest.mark.parametrize("rows", [128, 1024])
def test_a_shipped_model_is_refused_once_its_rows_are_mixed(tmp_path: Path, rows: int) -> None:
    shipped = Registry(SHIPPED).get("mnist-torchscript")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyTorch advises torch.export
        net = torch.jit.load(str(shipped.weights))  # type: ignore[no-untyped-call]  # untyped in PyTorch
    table: dict[str, Value] = {"kind": "tensor", "shape": [1, 28, 28], "low": 0.0, "high": 1.0}
    labels = list(shipped.labels)
    refused = refusal(script(tmp_path, Mixed(net), rows, table, labels=labels))
    assert refused.failure_type == "classifier_mixes_rows"
    assert "aten::mean over dim 0" in refused.detail


@pytest.mark.parametrize("rows", [2, 128])
@pytest.mark.parametrize("name", ["mnist", "mnist-torchscript", "swiss-roll"])
def test_the_shipped_models_are_accepted(name: str, rows: int) -> None:
    tried(Registry(SHIPPED).get(name).model_copy(update={"batch_size": rows}))
