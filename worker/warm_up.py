"""Compiling before there is work."""

from __future__ import annotations

from worker import argmax, discrete_draws, grouped, normal


def warm_up() -> None:
    """Compile every loop now (seconds), so that no job waits for it and forked processes share the result."""
    for loops in (argmax, discrete_draws, grouped, normal):
        loops.warm_up()
