"""The range of an error probability, which every bound asks of its caller."""

from __future__ import annotations


def check_error(name: str, value: float) -> None:
    """Raise ValueError, which names it, unless an error probability is strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must be strictly between 0 and 1, got {value}")
