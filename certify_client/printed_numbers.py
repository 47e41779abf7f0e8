"""Numbers as people read them: lower bounds and radii rounded down, upper bounds rounded up."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


def down(number: float, digits: int = 6) -> str:
    """Return the number with so many decimal places, never more than it is."""
    return _placed(number, digits, ROUND_FLOOR)


def up(number: float, digits: int = 6) -> str:
    """Return the number with so many decimal places, never less than it is."""
    return _placed(number, digits, ROUND_CEILING)


def _placed(number: float, digits: int, rounding: str) -> str:
    return str(Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding))
