"""Compare what a certificate states with what follows from its claim and its counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from certificates import Certificate

RELATIVE_TOLERANCE = 1e-9
"""Bounds and estimates may differ by this much between versions of SciPy. A radius may never be too large.
A choice: far above what float64 arithmetic loses, far below the six digits that are shown."""

OF_THE_JOB = frozenset(
    {"prediction", "clean_prediction", "n0", "counts", "claim", "input", "model", "seed", "radius_unit"}
)
"""Fields of a certificate that describe the job; the other fields are computed from claim and counts."""

_EXACT = frozenset({"sigma", "eta"})
"""Numbers that are copied from the request, so they must be equal to the last bit."""


def radius_faults(claimed: float, supported: float) -> Iterator[str]:
    """Compare the radius with the one that the counts support."""
    if claimed > supported:
        yield f"the radius {claimed!r} is too large: the counts support {supported!r}"
    elif not math.isclose(claimed, supported, rel_tol=RELATIVE_TOLERANCE):
        yield f"the radius {claimed!r} is not the one that the counts give, {supported!r}"


def statement_faults(stated: Mapping[str, Any], certificate: Certificate) -> Iterator[str]:
    """Compare all other fields, with the division of eta, and name fields that no certificate has."""
    expected = certificate.to_dict()
    for name in sorted(stated.keys() - expected.keys() - OF_THE_JOB):
        yield f"{shown(name)} is not a field of a certificate, and nothing supports it"
    for name, value in expected.items():
        if name not in stated:
            yield f"{name} is not stated"
        elif name in _EXACT:
            if isinstance(stated[name], bool) or stated[name] != value:
                yield f"{name} is {shown(stated[name])}, but the claim is about {shown(value)}"
        elif name != "radius":
            yield from _differences(name, stated[name], value)


def shown(value: object) -> str:
    """Return a value as ASCII text of at most 200 characters, for use within a sentence."""
    return ascii(value)[:200]


def _differences(name: str, stated: object, expected: object) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(stated, Mapping) and stated.keys() == expected.keys():
        for key, value in expected.items():
            yield from _differences(f"{name}.{key}", stated[key], value)
    elif not _agree(stated, expected):
        yield f"{name} is {shown(stated)}, but the counts give {shown(expected)}"


def _agree(stated: object, expected: object) -> bool:
    """Whether both are the same; a float may differ by the tolerance, a whole number may not."""
    if isinstance(expected, float) and isinstance(stated, int | float) and not isinstance(stated, bool):
        return math.isclose(stated, expected, rel_tol=RELATIVE_TOLERANCE)
    return type(stated) is type(expected) and stated == expected
