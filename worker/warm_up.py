"""Compiling before there is work."""

from __future__ import annotations

from worker import argmax, centred, discrete_draws, normal


def warm_up() -> None:
    """Compile every loop now (seconds), so that no job waits for it and forked processes share the result."""
    for loops in (argmax, centred, discrete_draws, normal):
        loops.warm_up()
