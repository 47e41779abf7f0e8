"""A program of torch.export is opened only if opening it computes nothing but a network."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.pytorch.program_files import load_program
from tests.support.torch_files import (
    batch,
    changed_member,
    hostile_pickle,
    hostile_torch_save,
    small_network,
    write_program,
)

MODEL, INPUTS = "models/model.json", "data/sample_inputs/model.pt"
CONFIG = "data/weights/model_weights_config.json"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("program") / "net.pt2"
    return write_program(path, small_network(), batch()).read_bytes()


def edited(tmp_path: Path, program: bytes, end: str, edit: Callable[[Any], None]) -> Path:
    """The program with one of its JSON members changed."""
    path = tmp_path / "edited.pt2"
    path.write_bytes(program)
    with zipfile.ZipFile(path) as archive:
        value = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith(end))))
    edit(value)
    path.write_bytes(changed_member(program, end, json.dumps(value).encode()))
    return path


def test_a_program_computes_what_its_network_does(tmp_path: Path, program: bytes) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(program)
    torch.testing.assert_close(load_program(path).module()(batch(3)), small_network()(batch(3)))


def test_sample_inputs_that_run_code_are_not_opened(tmp_path: Path, program: bytes) -> None:
    made = tmp_path / "made"
    path = tmp_path / "net.pt2"
    path.write_bytes(changed_member(program, INPUTS, hostile_torch_save(made)))
    with pytest.raises(ImportRefused, match="sample inputs that are no tensors"):
        load_program(path)
    assert not made.exists()


@pytest.mark.parametrize(
    "name",
    [
        "data/weights/model.pt",
        "data/constants/model.pt",
        "data/constants/custom_obj_0",
        "data/aotinductor/x.so",
    ],
)
def test_other_members_are_refused(tmp_path: Path, program: bytes, name: str) -> None:
    """PyTorch unpickles or executes what it finds under these names."""
    made = tmp_path / "made"
    path = tmp_path / "net.pt2"
    path.write_bytes(changed_member(program, name, hostile_torch_save(made)))
    with pytest.raises(ImportRefused, match="more than one network"):
        load_program(path)
    assert not made.exists()


def test_pickled_weights_are_not_opened(tmp_path: Path, program: bytes) -> None:
    made = tmp_path / "made"

    def pickled(config: Any) -> None:
        next(iter(config["config"].values()))["use_pickle"] = True

    path = edited(tmp_path, program, CONFIG, pickled)
    path.write_bytes(changed_member(path.read_bytes(), "data/weights/weight_0", hostile_pickle(made)))
    with pytest.raises(ImportRefused, match="holds pickles"):
        load_program(path)
    assert not made.exists()


@pytest.mark.parametrize(
    "target",
    ["torch.os.system", "torch.hub.load", "torch.ops.aten.from_file.default", "#mine.call", "math.os"],
)
def test_operators_that_are_no_networks_are_refused(tmp_path: Path, program: bytes, target: str) -> None:
    def call(model: Any) -> None:
        model["graph_module"]["graph"]["nodes"][0]["target"] = target

    with pytest.raises(ImportRefused, match="which is no operator of a network"):
        load_program(edited(tmp_path, program, MODEL, call))


@pytest.mark.parametrize(
    "size",
    [
        "__import__('os').mkdir('made')",
        "Integer(9)**Integer(9)",
        "Symbol.__class__",
        "Pow(9, 9)",
        "lambda: 1",
    ],
)
def test_sizes_that_are_no_arithmetic_are_refused(tmp_path: Path, program: bytes, size: str) -> None:
    def sizes(value: Any) -> None:
        """Put the expression in the place of every size that is not a number."""
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            sizes(each)
        if isinstance(value, dict) and "expr_str" in value:
            value["expr_str"] = size

    with pytest.raises(ImportRefused, match="which is no arithmetic"):
        load_program(edited(tmp_path, program, MODEL, sizes))


def test_objects_of_python_are_refused(tmp_path: Path, program: bytes) -> None:
    def enumeration(model: Any) -> None:
        model["graph_module"]["module_call_graph"] = [{"__enum__": True, "fqn": "antigravity:X"}]

    with pytest.raises(ImportRefused, match="objects of Python"):
        load_program(edited(tmp_path, program, MODEL, enumeration))


@pytest.mark.parametrize("end", [MODEL, CONFIG])
def test_members_that_are_no_json_are_refused(tmp_path: Path, program: bytes, end: str) -> None:
    path = tmp_path / "net.pt2"
    path.write_bytes(changed_member(program, end, b"{"))
    with pytest.raises(ImportRefused, match="is no JSON"):
        load_program(path)


def test_a_program_that_pytorch_does_not_understand_is_refused(tmp_path: Path, program: bytes) -> None:
    def emptied(model: Any) -> None:
        model["graph_module"]["graph"]["nodes"] = []

    with pytest.raises(ImportRefused, match="cannot be opened by PyTorch"):
        load_program(edited(tmp_path, program, MODEL, emptied))
