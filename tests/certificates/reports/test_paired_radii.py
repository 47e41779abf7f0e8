"""Two runs over the same inputs are compared row by row."""

from __future__ import annotations

import pytest

from certificates.reports.paired_radii import BINS, Bin, compare_radii

FIRST = {
    "same": 1.0,
    "up": 1.0,
    "a little": 1.0,
    "down": 0.5,
    "lost": 0.4,
    "won": 0.0,
    "neither": 0.0,
    "alone": 9.0,
}
SECOND = {
    "same": 1.0,
    "up": 1.04,
    "a little": 1.008,
    "down": 0.3,
    "lost": 0.0,
    "won": 0.7,
    "neither": 0.0,
    "new": 9.0,
}


def test_rows_that_both_have_are_counted_and_averaged() -> None:
    compared = compare_radii(FIRST, SECOND)
    assert (compared.rows, compared.both) == (7, 4)
    assert (compared.only_first, compared.only_second) == (1, 1)
    assert (compared.gaining, compared.losing) == (0.25, 0.25)
    assert compared.mean_change == pytest.approx((0.0 + 0.04 + 0.008 - 0.4) / 4)
    assert compared.first_mean == pytest.approx(3.9 / 7)
    assert compared.second_mean == pytest.approx(4.048 / 7)


def test_a_change_below_one_percent_is_neither_gain_nor_loss() -> None:
    one = compare_radii({"a": 1.0, "b": 100.0, "c": 1.0}, {"a": 1.0, "b": 100.99, "c": 0.9901})
    assert (one.gaining, one.losing) == (0.0, 0.0)
    two = compare_radii({"a": 100.0, "b": 100.0, "c": 100.0}, {"a": 101.1, "b": 98.9, "c": 98.9})
    assert two.gaining == pytest.approx(1 / 3)
    assert two.losing == pytest.approx(2 / 3)


def test_bars_are_one_percent_wide_and_the_outer_ones_open() -> None:
    changes = [-50, -5.4, -4.48, -1, -0.4, 0, 0.4, 0.6, 2, 5.6, 400]
    first = {str(i): 1.0 for i in range(len(changes))}
    second = {str(i): 1.0 + change / 100.0 for i, change in enumerate(changes)}
    bars = compare_radii(first, second).histogram
    assert [bar.rows for bar in bars] == [2, 1, 0, 0, 1, 3, 1, 1, 0, 0, 2]
    assert tuple(range(-5, 6)) == BINS
    assert (bars[0], bars[-1]) == (Bin(None, -0.045, 2), Bin(0.045, None, 2))
    for bar, percent in zip(bars[1:-1], BINS[1:-1], strict=True):
        assert bar.low == pytest.approx((percent - 0.5) / 100.0)
        assert bar.high == pytest.approx((percent + 0.5) / 100.0)


def test_runs_without_a_common_certified_row_have_no_changes() -> None:
    none = compare_radii({"a": 1.0}, {"b": 1.0})
    assert (none.rows, none.first_mean, none.second_mean, none.mean_change) == (0, None, None, None)
    lost = compare_radii({"a": 1.0}, {"a": 0.0})
    assert (lost.both, lost.gaining, lost.losing, lost.mean_change) == (0, None, None, None)
    assert (lost.only_first, lost.only_second, lost.second_mean) == (1, 0, 0.0)
    assert sum(bar.rows for bar in lost.histogram) == 0
