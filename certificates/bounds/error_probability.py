"""The check of an error probability, which every bound makes first."""

from __future__ import annotations


def check_error(name: str, value: float) -> None:
    """Raise ValueError, which calls it ``name``, unless ``value`` is strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must be strictly between 0 and 1, got {value}")
