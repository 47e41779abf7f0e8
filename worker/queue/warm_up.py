"""Compiling before there is work."""

from __future__ import annotations

from worker.noise import box_muller
from worker.noise.discrete import cpu_draws
from worker.sampling import argmax, grouped_sums


def warm_up() -> None:
    """Compile every loop now (seconds), so that no job waits for it and forked processes share the result."""
    for loops in (argmax, cpu_draws, grouped_sums, box_muller):
        loops.warm_up()
