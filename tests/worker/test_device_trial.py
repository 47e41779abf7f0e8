"""Before a worker starts, each runtime computes a small model on its device."""

from __future__ import annotations

import subprocess
import sys

import pytest

from registry.model_folders import Registry
from registry.runtime_entries import RUNTIMES
from tests.support.places import ROOT
from worker.device_trial import MODELS


def test_every_runtime_has_a_small_model_to_try() -> None:
    assert set(Registry(MODELS).names()) == set(RUNTIMES.names())
    assert not Registry(MODELS).problems()


@pytest.mark.parametrize(
    ("names", "imported"), [(("onnx",), "True False"), (("torchscript",), "False True"), ((), "True True")]
)
def test_on_the_cpu_only_the_runtimes_that_are_asked_for_are_imported_and_compute(
    names: tuple[str, ...], imported: str
) -> None:
    program = (
        "import sys; from worker.device_trial import fault; "
        f"print(fault('cpu', frozenset({names!r})), 'onnxruntime' in sys.modules, 'torch' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split(maxsplit=1) == ["None", f"{imported}\n"]
