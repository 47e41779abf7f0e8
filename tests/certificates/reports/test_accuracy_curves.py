"""Certified accuracy falls behind each radius, and its interval is the exact one."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from certificates.reports.accuracy_curves import accuracy_line, accuracy_points

RADII = [0.5, 0.25, 0.0, 0.5, 1.0]


def test_points_count_what_reaches_a_radius() -> None:
    points = list(accuracy_points(RADII, 6))
    assert [(point.radius, point.rows) for point in points] == [(0.0, 4), (0.25, 4), (0.5, 3), (1.0, 1)]
    for point in points:
        exact = binomtest(point.rows, 6).proportion_ci(0.95, method="exact")
        assert point.low == pytest.approx(exact.low)
        assert point.high == pytest.approx(exact.high)
        assert point.share == point.rows / 6


def test_a_line_has_the_value_of_the_larger_radius_between_two() -> None:
    line = accuracy_line("a", list(accuracy_points(RADII, 6)), "#000000", dashed=False)
    assert list(zip(line.distances, (round(6 * value) for value in line.values), strict=True)) == [
        (0.0, 4), (0.0, 4), (0.25, 4), (0.25, 3), (0.5, 3), (0.5, 1), (1.0, 1),
    ]  # fmt: skip
    assert len(line.band) == 7


def test_without_labels_nothing_is_known() -> None:
    (point,) = accuracy_points([], 0)
    assert (point.share, point.low, point.high) == (None, 0.0, 1.0)
