"""A pass that does not fit into memory is halved until it does; noise and votes stay what they were."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from scripts.export import Value, torchscript_bytes
from tests.support.model_folders import write_folder
from tests.support.places import ROOT
from tests.support.wide_models import Wide
from worker.memory_shortage import is_out_of_memory

WIDTH = 64_512
"""Elements of the widest layer: 252 KiB a row, 252 MiB for the 1024 rows that the rule would take."""
RULE = 1024
SHORT = 265
"""MiB: enough for some rows, not for 1024, with 50 MiB to spare either way for what a process takes beside.

Loading keeps 64 MiB free. ONNX Runtime needs 142 MiB more for 512 rows and 256 for 1024; PyTorch, which keeps
the layer twice, 126 for 256 rows and 252 for 512.
"""
KEPT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**32)}
"""For glibc: what is freed stays the process's. To get it anew for each pass takes half of all time."""
pytestmark = pytest.mark.timeout(400)
"""Seconds: 80 were taken beside six busy processes on two cores."""


def wide_onnx() -> bytes:
    """The same in ONNX.

    ONNX Runtime takes memory in regions of powers of two MiB, of which the widest layer fills one. What is
    small finds room in the region of what came before it. Else it would ask for a second large region and
    take what is left, whatever that is, and a region that leaves no room to keep account of it is lost: how
    many rows fit would then hang on a few MiB.
    """
    tables = [
        numpy_helper.from_array(-np.eye(1, 3, dtype=np.float32).T.repeat(WIDTH, axis=1), "spread"),
        numpy_helper.from_array(np.array([[-1, 1]], np.float32).repeat(WIDTH, axis=0), "gather"),
    ]
    nodes = [
        helper.make_node("Neg", ["input"], ["turned"]),
        helper.make_node("MatMul", ["turned", "spread"], ["wide"]),
        helper.make_node("Relu", ["wide"], ["bent"]),
        helper.make_node("MatMul", ["bent", "gather"], ["scores"]),
    ]
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3])
    result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])
    model = helper.make_model(
        helper.make_graph(nodes, "wide", [entry], [result], tables),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=10,
    )
    data: bytes = model.SerializeToString()
    return data


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the model in both formats, and once with a fixed batch."""
    root = tmp_path_factory.mktemp("models")
    table: dict[str, Value] = {"kind": "tensor", "shape": [3], "low": -4.0, "high": 4.0}
    script = torchscript_bytes(Wide())
    write_folder(root, "onnx", wide_onnx(), input_table=table)
    write_folder(root, "torchscript", script, fields={"runtime": "torchscript"}, input_table=table)
    fixed: dict[str, Value] = {"runtime": "torchscript", "batch_size": RULE}
    write_folder(root, "fixed", script, fields=fixed, input_table=table)
    return root


Answers = tuple[list[Any], str]
"""What each job came to, and the log."""


def run(models: Path, headroom: int, *jobs: str) -> Answers:
    """Load and sample in a process with so many MiB to spare; one without a limit keeps what it once had."""
    program = ("tests.support.compiled_once", "tests.support.limited_memory")
    ended = subprocess.run(
        [sys.executable, "-m", *program, str(models), str(headroom), *jobs],
        cwd=ROOT,
        # Every thread would else take address space for an arena of its own, at a moment of its choice.
        env={**os.environ, "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", **({} if headroom else KEPT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout), ended.stderr


@pytest.fixture(scope="module")
def limited(models: Path) -> Answers:
    return run(models, SHORT, "onnx:0", "torchscript:0", "fixed:0", f"torchscript:{RULE}")


def test_a_pass_is_halved_until_it_fits_and_the_counts_stay(models: Path, limited: Answers) -> None:
    """The plan's rows are then those of every worker, however much memory it has."""
    halved, log = limited[0][:2], limited[1]
    assert all(job["rows"] in (16, 32, 64, 128, 256, 512) for job in halved), halved
    assert f"a pass of {RULE} rows does not fit into memory" in log
    names = ("onnx", "torchscript")
    followed = (f"{name}:{job['rows']}" for name, job in zip(names, halved, strict=True))
    elsewhere, quiet = run(models, 0, *(f"{name}:0" for name in names), *followed)
    assert elsewhere[2:] == halved
    for few, all_ in zip(halved, elsewhere[:2], strict=True):
        assert all_["rows"] == RULE
        assert all_["block"] == few["block"] == 8 * RULE, "noise depends on the block"
        assert all_["counts"] == few["counts"]
    assert "does not fit" not in quiet


def test_what_may_not_be_halved_is_refused(limited: Answers) -> None:
    fixed, planned = limited[0][2:]
    assert "a pass of 1024 rows does not fit into memory" in fixed["error"]
    assert "lower batch_size in model.toml" in fixed["error"]
    assert fixed["kind"] == planned["kind"] == "out_of_memory"
    assert "begun in passes of 1024 rows" in planned["error"]
    assert "does not fit into memory" in planned["error"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), True),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), False),
        (MemoryError(), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("expected 3 channels"), False),
    ],
    ids=repr,
)
def test_want_of_memory_is_told_from_other_errors(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
