"""Weights are found in files of torch.save and safetensors; what is no weights is refused."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from importing.import_errors import ImportRefused
from importing.pytorch.weights_files import read_weights_file
from tests.support.torch_files import hostile_torch_save, small_network

STATE = small_network().state_dict()


def assert_same(tensors: Any) -> None:
    assert tensors.keys() == STATE.keys()
    assert all(torch.equal(tensors[name], STATE[name]) for name in STATE)


@pytest.mark.parametrize("archive", [True, False])
def test_a_state_dict_is_read(tmp_path: Path, archive: bool) -> None:
    torch.save(STATE, tmp_path / "a.pt", _use_new_zipfile_serialization=archive)
    found = read_weights_file(tmp_path / "a.pt")
    assert_same(found.tensors)
    assert found.within == ""


def test_safetensors_are_read(tmp_path: Path) -> None:
    safetensors.torch.save_file(STATE, tmp_path / "a.safetensors")
    assert_same(read_weights_file(tmp_path / "a.safetensors").tensors)


@pytest.mark.parametrize("place", ["state_dict", "model", "net", "anything"])
def test_weights_in_a_checkpoint_are_found(tmp_path: Path, place: str) -> None:
    saved = {"epoch": 3, place: STATE, "args": argparse.Namespace(seed=1), "loss": 0.5}
    torch.save(saved, tmp_path / "a.pt")
    found = read_weights_file(tmp_path / "a.pt")
    assert_same(found.tensors)
    assert found.within == place


def test_of_two_sets_of_weights_none_is_guessed(tmp_path: Path) -> None:
    torch.save({"student": STATE, "teacher": STATE}, tmp_path / "a.pt")
    with pytest.raises(ImportRefused, match=r"told apart \(it has student, teacher\)"):
        read_weights_file(tmp_path / "a.pt")


@pytest.mark.parametrize("saved", [{}, [1, 2], {"a": 1}, torch.zeros(3)])
def test_what_is_no_weights_is_refused(tmp_path: Path, saved: Any) -> None:
    torch.save(saved, tmp_path / "a.pt")
    with pytest.raises(ImportRefused, match="holds no weights"):
        read_weights_file(tmp_path / "a.pt")


@pytest.mark.parametrize("archive", [True, False])
def test_a_hostile_pickle_is_not_opened(tmp_path: Path, archive: bool) -> None:
    made = tmp_path / "made"
    (tmp_path / "a.pt").write_bytes(hostile_torch_save(made, archive=archive))
    with pytest.raises(ImportRefused, match="cannot be read as weights alone"):
        read_weights_file(tmp_path / "a.pt")
    assert not made.exists()


@pytest.mark.parametrize("kept", [0.2, 0.99])
def test_cut_safetensors_are_refused(tmp_path: Path, kept: float) -> None:
    data = safetensors.torch.save(STATE)
    (tmp_path / "a.safetensors").write_bytes(data[: int(kept * len(data))])
    with pytest.raises(ImportRefused, match="no whole safetensors file"):
        read_weights_file(tmp_path / "a.safetensors")
