"""The condensed mean of all pairs is the same bits whatever the BLAS library takes the processor for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CONDENSE = """
import numpy as np
from certificates import AllPairsSums, Weights
for seed in range(40):
    vector = np.round(np.random.default_rng(seed).normal(0.0, 30.0, 784) * 2**20) / 2**20
    sums = AllPairsSums(Weights.SCORES, 3_000, 784, 2, 588_000 * 2**20, vector.tobytes())
    print(sums.condensed())
"""


@pytest.mark.parametrize("core", ["Haswell", "SkylakeX"])
def test_the_mean_does_not_depend_on_the_kernels_of_blas(core: str) -> None:
    assert _condensed_on(core) == _condensed_on("Prescott")


def _condensed_on(core: str) -> str:
    command = [sys.executable, "-c", CONDENSE]
    environment = {**os.environ, "OPENBLAS_CORETYPE": core}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
