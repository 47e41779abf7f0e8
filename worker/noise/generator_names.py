"""Names of what draws noise, as a job's plan and its certificate state them. Needs no runtime.

A generator that draws other numbers from the same seed has another name.
"""

from __future__ import annotations

from typing import Final

from worker.sampling.block_size import Device

GENERATORS: Final[dict[Device, str]] = {
    "cpu": "philox4x32-10/box-muller/float32",
    "cuda": "torch-philox/float32",
}
"""Of Gaussian noise."""

DISCRETE_GENERATORS: Final[dict[Device, str]] = {
    "cpu": "philox4x32-10/thresholds/int16",
    "cuda": "torch-philox/thresholds/int16",
}
"""Of discrete noise."""
