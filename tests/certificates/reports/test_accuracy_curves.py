"""Certified accuracy falls behind each radius, and its interval is the exact one."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from certificates.reports.accuracy_curves import accuracy_line, accuracy_points

RADII = [0.5, 0.25, 0.0, 0.5, 1.0]


def test_points_count_what_reaches_a_radius() -> None:
    points = list(accuracy_points(RADII, 6))
    assert [(point.radius, point.rows) for point in points] == [(0.0, 4), (0.25, 4), (0.5, 3), (1.0, 1)]
    assert {point.of for point in points} == {6}
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
    assert (point.rows, point.of, point.share, point.low, point.high) == (0, 0, None, 0.0, 1.0)
    line = accuracy_line("none", [point], "#123456", dashed=True)
    assert (line.name, line.distances, line.values, line.colour, line.dashed) == (
        "none", [0.0], [0.0], "#123456", True,
    )  # fmt: skip
    assert line.band == [(0.0, 1.0)]


def test_a_band_is_the_interval_of_each_step() -> None:
    points = list(accuracy_points([0.5, 0.25], 4))
    line = accuracy_line("two", points, "#000000", dashed=False)
    ends = [(point.low, point.high) for point in points]
    assert line.band == [ends[0], ends[1], ends[1], ends[2], ends[2]]
    assert line.dashed is False
