"""Put the faults that pydantic finds into words, in one way for manifests, requests, keys and settings.

A message repeats the given value only if the fault contains it. If the value may be a secret, pass
``include_input=False`` to ``ValidationError.errors``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Fault = Mapping[str, Any]
"""One entry of ``ValidationError.errors``."""

_LONGEST_GIVEN: Final = 40
"""Longer values are not repeated in messages. A choice."""
_CLOSE: Final = 0.6
"""Least similarity (difflib's ratio) of a name that is suggested. difflib's own default."""


def fault_in_words(fault: Fault) -> str:
    """Say what is wrong with a field and what is accepted. The caller puts the field's name before it."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind] + (_given(fault) if kind in _OF_TEXT else "")
    if kind in _OF_CONTEXT:
        return _OF_CONTEXT[kind](context) + _given(fault)
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message.replace("Input should be", "must be", 1)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` with the closest known name; empty text if none is close."""
    spelled = {other.lower(): other for other in known}
    asked = name.lower()[:_LONGEST_GIVEN]
    around = sorted(other for other in spelled if len(asked) > 2 and asked in other)
    close = around or difflib.get_close_matches(asked, spelled, n=1, cutoff=_CLOSE)
    return f"; did you mean `{spelled[close[0]]}`?" if close else ""


def _given(fault: Fault) -> str:
    """Return the words that state the given value, if it is short and says more than its type."""
    given = fault.get("input")
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return ""
    text = repr(given)
    if len(text) > _LONGEST_GIVEN:
        return ""
    expected = _expected(fault).replace(" or ", ", ").split(", ")
    meant = did_you_mean(given, (word.strip("'") for word in expected)) if isinstance(given, str) else ""
    return f", not {text}{meant}"


def _expected(fault: Fault) -> str:
    """Return the accepted words as pydantic lists them; empty text if the field is not a fixed choice."""
    return (
        "true or false" if fault["type"] == "bool_parsing" else str(fault.get("ctx", {}).get("expected", ""))
    )


def _entries(at: str, length: int, actual: object) -> str:
    entries = "entry" if length == 1 else "entries"
    return f"must hold at {at} {_number(length)} {entries}, not {actual or 0}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


_PLAIN: Final = {
    "missing": "is required",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table (in JSON: an object)",
    "model_type": "must be a table (in JSON: an object)",
    "model_attributes_type": "must be a table (in JSON: an object)",
    "string_too_short": "must not be empty",
}
_OF_TEXT: Final = frozenset(
    {"int_parsing", "int_parsing_size", "float_parsing", "bool_parsing", "finite_number"}
)
"""Kinds of faults whose message also states the given text."""
_OF_CONTEXT: Final[Mapping[str, Callable[[Fault], str]]] = {
    "greater_than": lambda of: f"must be above {_number(of['gt'])}",
    "greater_than_equal": lambda of: f"must be at least {_number(of['ge'])}",
    "less_than": lambda of: f"must be below {_number(of['lt'])}",
    "less_than_equal": lambda of: f"must be at most {_number(of['le'])}",
    "multiple_of": lambda of: f"must be a multiple of {_number(of['multiple_of'])}",
    "literal_error": lambda of: f"must be {of['expected']}",
    "enum": lambda of: f"must be {of['expected']}",
    "string_too_long": lambda of: f"must be at most {of['max_length']} characters long",
    "string_pattern_mismatch": lambda of: f"must match the regular expression {of['pattern']}",
    "too_short": lambda of: _entries("least", of["min_length"], of.get("actual_length")),
    "too_long": lambda of: _entries("most", of["max_length"], of.get("actual_length") or "more"),
}
