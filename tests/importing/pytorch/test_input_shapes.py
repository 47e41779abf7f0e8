"""The shape of an input is found where a network takes one common shape alone, and asked for otherwise."""

from __future__ import annotations

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.pytorch.input_shapes import tried_shape
from tests.support.torch_files import small_network


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 224, 224)])
def test_a_network_for_one_shape_tells_it(shape: tuple[int, ...]) -> None:
    elements = shape[0] * shape[1] * shape[2]
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(elements, 2))
    assert tried_shape(network, "a.pt") == shape


def test_a_network_for_any_size_does_not_tell_its_own() -> None:
    with pytest.raises(ImportRefused, match=r"3x32x32 and 3x224x224, at least.*--shape 3,224,224"):
        tried_shape(small_network(), "a.pt")


def test_a_network_for_no_picture_is_refused() -> None:
    with pytest.raises(ImportRefused, match=r"takes no common size of pictures.*--shape"):
        tried_shape(torch.nn.Linear(3, 2), "a.pt")
