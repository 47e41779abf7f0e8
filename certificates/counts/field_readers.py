"""Read and check the fields of JSON documents. A malformed value raises ValueError that names the field."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_LARGEST_COUNT = 2**53
"""Whole numbers up to here are exact in float64, in which the bounds compute."""


def read_fields(name: str, data: object, expected: set[str]) -> Mapping[str, object]:
    """Return ``data`` if it is an object with exactly the expected fields; else ValueError."""
    if not isinstance(data, Mapping) or set(data) != expected:
        raise ValueError(f"{name} must be an object with the fields {', '.join(sorted(expected))}")
    return data


def read_integer(name: str, value: object) -> int:
    """Return ``value`` if it is an integer, and not ``true`` or ``false``; else ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer")  # noqa: TRY004 - one error for malformed data
    return value


def read_flag(name: str, value: object) -> bool:
    """Return ``value`` if it is ``true`` or ``false``; else ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004 - one error for malformed data
    return value


def read_number(name: str, value: object, largest: float = sys.float_info.max) -> float:
    """Return ``value`` as a float if it is a number of at most ``largest`` in size; else ValueError.

    The size is compared before the conversion, since an integer may be too large for a float. NaN fails the
    comparison.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not -largest <= value <= largest:
        raise ValueError(f"{name} must be a finite number of at most {largest:g} in size")
    return float(value)


def check_count(name: str, count: int) -> None:
    """Raise ValueError for a count that float64 may not hold exactly."""
    if count > _LARGEST_COUNT:
        raise ValueError(f"{name} must not exceed 2**53, past which float64 skips integers")
