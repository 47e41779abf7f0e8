"""Before a worker starts, each runtime computes a small model on its device."""

from __future__ import annotations

import subprocess
import sys
from ast import literal_eval

from registry.model_folders import Registry
from registry.runtime_entries import RUNTIMES
from tests.support.places import ROOT
from worker.device_trial import MODELS


def test_every_runtime_has_a_small_model_to_try() -> None:
    assert set(Registry(MODELS).names()) == set(RUNTIMES.names())
    assert not Registry(MODELS).problems()


def tried(*trials: tuple[str, ...]) -> list[tuple[str | None, bool, bool]]:
    """Try runtimes, trial after trial, in one new process.

    Return what was wrong with each, and whether ONNX Runtime and PyTorch had been imported after it.
    """
    program = (
        "import sys; from worker.device_trial import fault\n"
        f"print([(fault('cpu', frozenset(names)), 'onnxruntime' in sys.modules, 'torch' in sys.modules)"
        f" for names in {trials!r}])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: list[tuple[str | None, bool, bool]] = literal_eval(told.stdout)
    return found


def test_on_the_cpu_only_the_runtimes_that_are_asked_for_are_imported_and_compute() -> None:
    assert tried(("onnx",)) == [(None, True, False)]
    assert tried(("torchscript",), ()) == [(None, False, True), (None, True, True)]
