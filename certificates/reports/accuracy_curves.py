"""Certified accuracy against radius: the share of labelled rows, with its exact interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from certificates.bounds.clopper_pearson import clopper_pearson_lower, clopper_pearson_upper
from certificates.reports.curve_picture import Line

_TAIL: Final = 0.025
"""Error probability of each end of an interval; both together are 5 %."""


@dataclass(frozen=True, slots=True)
class AccuracyPoint:
    """Certified accuracy at a radius: ``rows`` ``of`` the labelled ones, and the ends of its interval.

    ``share`` is None if there are no labelled rows.
    """

    radius: float
    rows: int
    of: int
    share: float | None
    low: float
    high: float


def accuracy_at(radius: float, rows: int, of: int) -> AccuracyPoint:
    """Return a share with its exact two-sided 95 % interval (Clopper and Pearson 1934)."""
    if of == 0:
        return AccuracyPoint(radius, rows, of, None, 0.0, 1.0)
    low, high = clopper_pearson_lower(rows, of, _TAIL), clopper_pearson_upper(rows, of, _TAIL)
    return AccuracyPoint(radius, rows, of, rows / of, low, high)


def accuracy_points(correct: Iterable[float], of: int) -> Iterator[AccuracyPoint]:
    """Yield the accuracy at 0 and at the radius of each of the ``correct`` rows, of ``of`` labelled ones."""
    radii = sorted(radius for radius in correct if radius > 0.0)
    yield accuracy_at(0.0, len(radii), of)
    for place, radius in enumerate(radii):
        if place == 0 or radius > radii[place - 1]:
            yield accuracy_at(radius, len(radii) - place, of)


def accuracy_line(name: str, points: Sequence[AccuracyPoint], colour: str, *, dashed: bool) -> Line:
    """Return the curve with its band, as steps that fall behind each radius."""
    steps = [(points[0].radius, points[0])]
    for before, point in pairwise(points):
        steps += [(before.radius, point), (point.radius, point)]
    return Line(
        name,
        [radius for radius, _ in steps],
        [point.share or 0.0 for _, point in steps],
        colour,
        dashed=dashed,
        band=[(point.low, point.high) for _, point in steps],
    )
