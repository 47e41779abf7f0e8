"""Bytes of the shipped models changed at random: a model votes, or is refused with an error of ours."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from registry.manifest import load_manifest
from tests.fuzz.broken_models import external
from tests.support.model_folders import write_folder
from worker.runtimes.runtime_errors import RuntimeLoadError
from worker.runtimes.runtime_loading import load_runtime

CASES = 180
MOST_CRASHES = 5
"""Native code may end the process, as it may that of a worker; a process for each crash must stay cheap."""


def test_a_changed_file_votes_or_is_refused(repository: Path) -> None:
    outcomes: list[str] = []
    while len(outcomes) < CASES:
        tried = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "tests.fuzz.mutations",
                str(len(outcomes)),
                str(CASES - len(outcomes)),
            ],
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        lines = tried.stdout.splitlines()
        outcomes += lines[1::2]
        if tried.returncode:
            assert tried.returncode < 0, f"after {lines[-1:]}: {tried.stderr[-2000:]}"
            outcomes.append("crash")
    found = Counter(outcomes)
    refused = {"ModelBroken", "RuntimeLoadError", "ModelOutputError", "OutOfMemory"}
    assert set(found) <= {"votes", *refused, "crash"}
    assert found["votes"] >= CASES // 10, found
    assert found["RuntimeLoadError"] >= CASES // 10
    assert found["crash"] <= MOST_CRASHES


@pytest.mark.parametrize("folder", ["", "below/"])
def test_weights_outside_the_file_are_not_read_even_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """The hash in the manifest is that of the file: what lies beside it could change unseen."""
    (tmp_path / "below").mkdir()
    np.ones(2000, np.float32).tofile(tmp_path / folder / "outside.bin")
    monkeypatch.chdir(tmp_path)
    made = write_folder(
        tmp_path / "models",
        "outside",
        external(f"{folder}outside.bin"),
        input_table={"kind": "tensor", "shape": [2], "low": -1.0, "high": 1.0},
    )
    with pytest.raises(
        RuntimeLoadError, match=r"keeps weights in another file, .* external_data=False; or onnx\.save_model"
    ):
        load_runtime(load_manifest(made), "cpu", 1)
