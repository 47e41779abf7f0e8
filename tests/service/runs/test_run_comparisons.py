"""Paired comparison of radii: who gains, who loses, by how much."""

from __future__ import annotations

import pytest

from service.runs.comparisons import compare


def test_pairs_are_made_by_key() -> None:
    told = compare(
        "a", {"1": 0.5, "2": 0.5, "3": 0.0, "x": 1.0}, "b", {"1": 0.51, "2": 0.0, "3": 0.2, "y": 1.0}
    )
    assert (told.rows, told.both, told.only_first, told.only_other) == (3, 1, 1, 1)
    assert told.mean_change == pytest.approx(0.02)
    assert (told.gaining, told.losing) == (1.0, 0.0)
    assert told.mean_radius == pytest.approx(1 / 3)
    assert told.other_mean_radius == pytest.approx(0.71 / 3)


def test_every_change_is_in_one_bin() -> None:
    changes = [-0.5, -0.046, -0.044, -0.001, 0.0, 0.004, 0.006, 0.044, 0.046, 3.0]
    first = {str(i): 1.0 for i in range(len(changes))}
    second = {str(i): 1.0 + change for i, change in enumerate(changes)}
    told = compare("a", first, "b", second)
    assert [each.rows for each in told.histogram] == [2, 1, 0, 0, 0, 3, 1, 0, 0, 1, 2]
    assert [each.low for each in told.histogram] == [
        None, *(pytest.approx(percent / 100 - 0.005) for percent in range(-4, 6))
    ]  # fmt: skip
    assert told.histogram[-1].high is None


def test_nothing_in_common() -> None:
    told = compare("a", {"1": 0.5}, "b", {"2": 0.5})
    assert (told.rows, told.mean_change, told.gaining, told.mean_radius) == (0, None, None, None)
