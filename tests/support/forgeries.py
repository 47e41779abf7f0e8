"""Every way to change one place of a document: larger, smaller, of another type, gone, another name."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any, Final

from certificates import CERTIFIERS, NOISE_LAWS, Bounds, Decision, EndedBy
from certify_client import State

Place = tuple[str | int, ...]

KINDS_OF_NAMES: Final = (Bounds, CERTIFIERS, Decision, EndedBy, NOISE_LAWS, State)
NAMES: Final = (
    *(str(one) for kind in KINDS_OF_NAMES for one in kind),
    *("l1", "linf", "7", "8", "[0,255]", "[0,1.0]", "", "\ud800"),
)
OTHER_TYPES: Final[tuple[object, ...]] = (None, True, False, 0, 1.0, "1", [], {}, [[]], {"n": 1})
_GONE: Final = object()
LARGE: Final = (2**53, 2**53 + 2, 10**400, -(10**400), 1e308, math.inf, -math.inf, math.nan)


def places(value: object, place: Place = ()) -> Iterator[Place]:
    """Yield the place of everything inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*place, key)
        yield from places(one, (*place, key))


def forgeries(document: dict[str, Any], place: Place) -> Iterator[dict[str, Any]]:
    """Yield the document with each other value at a place, and without the place."""
    value = at(document, place)
    for other in _others(value):
        if type(other) is not type(value) or other != value:
            yield changed(document, place, other)
    yield changed(document, place, _GONE)


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the places where two documents differ by more than versions of SciPy do.

    1.0 and 1 are the same number. What is new or gone is named as well, down to its single values.
    """
    old, new = dict(_values(before)), dict(_values(after))
    for place in old.keys() | new.keys():
        if place not in old or place not in new or not _alike(old[place], new[place]):
            yield ".".join(map(str, place))


def _values(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _values(one, (*place, key))
    else:
        yield place, value


def _alike(old: object, new: object) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float) and not isinstance(new, bool):
        return old == new or (isinstance(old, float) and math.isclose(old, new, rel_tol=1e-9))
    return type(old) is type(new) and old == new


def at(document: Any, place: Place) -> Any:
    """Return what is at a place."""
    for key in place:
        document = document[key]
    return document


def changed(document: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    """Return the document with another value at a place; what is beside the way to it is shared by both."""
    made = copy.copy(document)
    inner: Any = made
    for key in place[:-1]:
        inner[key] = inner = copy.copy(inner[key])
    if value is _GONE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return made


def _others(value: object) -> Iterator[object]:
    yield from OTHER_TYPES
    match value:
        case bool() | None:
            yield not value
        case int():
            yield from (value + 1, value - 1, 2 * value, value // 2, -value, float(value), str(value), *LARGE)
        case float():
            yield from (1.001 * value, 0.999 * value, 2.0 * value, 0.5 * value, -value, 0.999999, *LARGE)
            yield from (math.nextafter(value, math.inf) if value else 5e-324, str(value))
        case str():
            yield from NAMES
            yield value + "0"
        case list():
            yield from ([*value, 1], value[:-1], value[::-1], [*value, *value])
        case dict():
            yield value | {"more": 1}
