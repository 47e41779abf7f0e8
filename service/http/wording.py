"""Show names and numbers from a client's request in problem documents."""

from __future__ import annotations


def shown_name(name: str) -> str:
    """Return a field's name for a problem: cut if it is long, and never empty."""
    return name[:64] or '""'


def shown_number(value: float) -> str:
    """Return a number with all its significant digits, so that it is never shown rounded to a limit."""
    text = repr(float(value))
    return text.removesuffix(".0")
