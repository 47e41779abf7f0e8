"""The rows of a forward pass: a rule that gives the same number everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.plan import Device
from registry.manifest import load_manifest
from scripts.export import Value
from tests.support.model_folders import write_folder
from worker.runtimes.pass_rows import ELEMENTS, LARGEST, SMALLEST, pass_rows_for
from worker.sampling.block_size import BLOCK_ELEMENTS, PASSES, block_size_for


def rule_for(
    tmp_path: Path, shape: list[int], device: Device, fields: dict[str, Value] | None = None
) -> tuple[int, int]:
    """Rows of a pass, evaluations of a block."""
    table: dict[str, Value] = {"kind": "tensor", "shape": shape, "low": 0.0, "high": 1.0}
    manifest = load_manifest(write_folder(tmp_path, fields=fields, input_table=table))
    return pass_rows_for(manifest, device), block_size_for(manifest, device)


@pytest.mark.parametrize(
    ("shape", "device", "rows", "block"),
    [
        ([2], "cpu", 1024, 8192),
        ([1, 28, 28], "cpu", 128, 1024),
        ([3, 32, 32], "cpu", 32, 256),
        ([3, 224, 224], "cpu", 2, 16),
        ([3, 512, 512], "cpu", 2, 4),
        ([2**24], "cpu", 2, 2),
        ([2], "cuda", 8192, 8192),
        ([3, 224, 224], "cuda", 128, 128),
        ([2**24], "cuda", 8, 8),
    ],
)
def test_large_inputs_get_small_passes_and_blocks(
    tmp_path: Path, shape: list[int], device: Device, rows: int, block: int
) -> None:
    assert rule_for(tmp_path, shape, device) == (rows, block)


@pytest.mark.parametrize("d", [1, 3, 100, 4097, 10**6, 2**24])
def test_the_rule_is_an_even_power_of_two_within_its_limits(tmp_path: Path, d: int) -> None:
    rows, block = rule_for(tmp_path, [d], "cpu")
    assert rows.bit_count() == 1
    assert SMALLEST["cpu"] <= rows <= LARGEST["cpu"]
    assert rows == SMALLEST["cpu"] or rows * d <= ELEMENTS["cpu"]
    assert block % rows == 0
    assert block <= rows * PASSES["cpu"]
    assert block == rows or block * d <= BLOCK_ELEMENTS


def test_the_manifest_has_the_last_word(tmp_path: Path) -> None:
    assert rule_for(tmp_path, [3], "cpu", {"batch_size": 6}) == (6, 6)
    assert rule_for(tmp_path, [3], "cuda", {"batch_size": 6}) == (6, 6)
