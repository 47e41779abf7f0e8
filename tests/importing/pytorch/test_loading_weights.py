"""Weights find their network: by name, without a common beginning, with another number of classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.pytorch.loading_weights import fitted
from importing.pytorch.networks import Network, networks_named
from importing.pytorch.weights_files import Weights
from tests.support.torch_files import batch, small_network

OURS = "tests.support.torch_files"


def network(name: str) -> Network:
    return networks_named(name)[0]


def test_a_function_of_the_user_is_called() -> None:
    made = fitted(network(f"{OURS}:small_network"), Weights(small_network().state_dict()), "a.pt")
    assert torch.equal(made.module.eval()(batch()), small_network()(batch()))


@pytest.mark.parametrize("call", ["any_network(5)", "any_network(classes=5)"])
def test_a_function_may_have_arguments(call: str) -> None:
    made = fitted(network(f"{OURS}:{call}"), Weights(small_network().state_dict()), "a.pt")
    assert made.module.eval()(batch()).shape == (2, 5)


@pytest.mark.parametrize("call", ["any_network(open('a'))", "any_network(", "any_network(classes=os)", ""])
def test_arguments_that_are_no_plain_values_are_refused(call: str) -> None:
    with pytest.raises(ImportRefused, match=r"must be package\.module:function"):
        networks_named(f"{OURS}:{call}")


@pytest.mark.parametrize("prefix", ["module.", "model.", "model.backbone."])
def test_a_common_beginning_of_names_is_taken_off(prefix: str) -> None:
    state = {prefix + name: each for name, each in small_network().state_dict().items()}
    state["criterion.weight"] = torch.zeros(1)
    made = fitted(network(f"{OURS}:small_network"), Weights(state, "state_dict"), "a.pt")
    assert torch.equal(made.module.eval()(batch()), small_network()(batch()))
    assert any(prefix in step for step in made.steps)
    assert any("'state_dict'" in step for step in made.steps)


def test_half_precision_is_converted_and_said() -> None:
    made = fitted(network(f"{OURS}:small_network"), Weights(small_network().half().state_dict()), "a.pt")
    assert {each.dtype for each in made.module.parameters()} == {torch.float32}
    assert "weights converted from float16 to float32" in made.steps


@pytest.mark.parametrize("name", ["torchvision:squeezenet1_1", "timm:test_resnet"])
def test_the_number_of_classes_is_that_of_the_weights(name: str) -> None:
    state = network(name).build(num_classes=7).state_dict()
    made = fitted(network(name), Weights(state), "a.pt")
    assert made.module.eval()(torch.zeros(2, 3, 64, 64)).shape == (2, 7)
    assert any("for 7 classes" in step for step in made.steps)


def test_counters_of_batches_may_lack() -> None:
    state = small_network().state_dict()
    del state["1.num_batches_tracked"]
    assert fitted(network(f"{OURS}:small_network"), Weights(state), "a.pt")


def lacking(state: dict[str, torch.Tensor]) -> None:
    del state["5.bias"]


def strange(state: dict[str, torch.Tensor]) -> None:
    state["6.bias"] = torch.zeros(1)


def reshaped(state: dict[str, torch.Tensor]) -> None:
    state["0.weight"] = torch.zeros(8, 1, 3, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lacking, r"it lacks 5\.bias"),
        (strange, r"it has besides 6\.bias"),
        (reshaped, r"shapes differ: 0\.weight \[8, 1, 3, 3\] for \[8, 3, 3, 3\]"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    change: Callable[[dict[str, torch.Tensor]], None], said: str
) -> None:
    state = small_network().state_dict()
    change(state)
    with pytest.raises(ImportRefused, match=said):
        fitted(network(f"{OURS}:small_network"), Weights(state), "a.pt")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such_network", "is no architecture of torchvision, timm, transformers"),
        ("timm:no_such_network", "is no architecture of torchvision, timm, transformers"),
        ("no_such_package:function", "could not be called: ModuleNotFoundError"),
        (f"{OURS}:missing", "could not be called: AttributeError"),
        (f"{OURS}:no_network", r"returned str and no torch\.nn\.Module"),
    ],
)
def test_a_name_of_no_network_is_refused(name: str, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(network(name), Weights(small_network().state_dict()), "a.pt")
