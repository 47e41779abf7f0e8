"""What a pickle would import is told without opening it."""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from importing.pytorch.pickled_names import BrokenPickle, beyond_weights, pickled_names
from tests.support.torch_files import hostile_pickle, hostile_torch_save, small_network


def pickle_in(saved: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    torch.save(saved, out, **how)
    if not zipfile.is_zipfile(out):
        return out.getvalue()
    with zipfile.ZipFile(out) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))


WAYS: list[dict[str, Any]] = [
    {},
    {"pickle_protocol": 4},
    {"_use_new_zipfile_serialization": False},
]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16])
def test_weights_need_no_other_names(how: dict[str, Any], kind: torch.dtype) -> None:
    weights = small_network().to(kind).state_dict()
    assert beyond_weights(pickled_names(pickle_in(weights, **how))) == []


@pytest.mark.parametrize("how", WAYS)
def test_the_classes_of_a_network_are_named(how: dict[str, Any]) -> None:
    names = beyond_weights(pickled_names(pickle_in(small_network(), **how)))
    assert "torch.nn.modules.conv.Conv2d" in names
    assert "torch.nn.modules.container.Sequential" in names


def test_what_is_beside_the_weights_is_named() -> None:
    saved = {"weights": small_network().state_dict(), "args": argparse.Namespace(seed=1)}
    assert beyond_weights(pickled_names(pickle_in(saved))) == ["argparse.Namespace"]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_function_that_would_be_called_is_named_and_not_called(tmp_path: Path, protocol: int) -> None:
    names = beyond_weights(pickled_names(hostile_pickle(tmp_path / "made", protocol)))
    assert names in (["posix.mkdir"], ["os.mkdir"])
    assert not (tmp_path / "made").exists()


def test_of_a_file_of_old_every_pickle_is_read(tmp_path: Path) -> None:
    data = hostile_torch_save(tmp_path / "made", archive=False)
    assert "posix.mkdir" in beyond_weights(pickled_names(data))


def test_numbers_behind_the_pickles_are_not_taken_for_one() -> None:
    """Old files state a tensor's length there, and 128 is also the first byte of a pickle."""
    weights = {"a": torch.zeros(128)}
    assert beyond_weights(pickled_names(pickle_in(weights, _use_new_zipfile_serialization=False))) == []


@pytest.mark.parametrize("data", [b"", b"\x80\x02", b"\x80\x02}q\x00(X\x05\x00\x00\x00wei", b"no pickle"])
def test_damaged_bytes_are_told(data: bytes) -> None:
    with pytest.raises(BrokenPickle):
        pickled_names(data)
