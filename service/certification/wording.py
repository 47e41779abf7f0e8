"""How names and numbers that a client sent are shown in problems."""

from __future__ import annotations


def shown_name(name: str) -> str:
    """Return a field's name as a problem shows it: not too long, and never nothing."""
    return name[:64] or '""'


def shown_number(value: float) -> str:
    """Return a number with as many digits as tell it from every other: never rounded onto a limit."""
    text = repr(float(value))
    return text.removesuffix(".0")
