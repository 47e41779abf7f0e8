"""The noise of the CPU has the same bits on every machine, however its loops are compiled."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support import fingerprints

NUMBERS = "f82e1e0380638a6b0f3f1ee4324fe0430f4bc6d46bc842eeff024b298ba2c990"
LEVELS = "356507ce31ae8059d5da07d56a3e17edbca3f50ad48aeed18504d24ab64646d9"


def test_here_the_bits_are_the_pinned_ones() -> None:
    assert fingerprints.of_numbers() == NUMBERS
    assert fingerprints.of_levels() == LEVELS


def test_compiled_for_the_plainest_processor_the_bits_are_the_same() -> None:
    """Without wide vectors and fused multiplication, which this machine may have."""
    plain = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    found = subprocess.run(
        [sys.executable, "-m", fingerprints.__name__], env=plain, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [NUMBERS, LEVELS]
