"""Compile all loops of numba before the first job."""

from __future__ import annotations

from importlib import import_module

from worker.noise.drawn_laws import DRAWN_LAWS
from worker.runtimes import argmax
from worker.sampling import weighted_sums


def warm_up() -> None:
    """Compile every loop now (seconds). Then no job waits for it, and forked processes share the result."""
    for loops in (argmax, weighted_sums):
        loops.warm_up()
    for module in sorted({module for drawn in DRAWN_LAWS for module in drawn.loops}):
        import_module(module).warm_up()
