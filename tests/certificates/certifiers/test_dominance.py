"""Tight against paper, and against first order, from the same counts."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from certificates import (
    Bounds,
    PairCounts,
    PairStatistic,
    certify_dipole,
    clopper_pearson_lower,
    dipole_radius_joint,
    first_order_radius,
    gradient_norm_upper_all_pairs,
    second_order_radius,
)
from tests.support.places import ROOT

DATA = ROOT / "benchmarks" / "data" / "probabilities.csv"
ETA = 0.001


def drawn_pairs(pairs: int, every: int) -> list[PairCounts]:
    rng = np.random.default_rng(pairs)
    with DATA.open() as file:
        rows = [row for row in csv.DictReader(file) if row["correct"] == "1" and float(row["p"]) > 0.5]
    counts = []
    for row in rows[::every]:
        c_s, c_n = float(row["c_s"]), float(row["c_n"])
        shares = np.array([c_s, c_n, c_n, max(1.0 - c_s - 2.0 * c_n, 0.0)])
        both, plus, minus, _ = rng.multinomial(pairs, shares / shares.sum()).tolist()
        counts.append(PairCounts(pairs, both, plus, minus, 0))
    return counts


@pytest.mark.parametrize(("pairs", "every"), [(500, 4), (50_000, 4), (5_000_000, 12)])
def test_joint_radius_is_never_below_the_paper_by_more_than_two_in_a_thousand(pairs: int, every: int) -> None:
    gains = []
    for counts in drawn_pairs(pairs, every):
        paper = certify_dipole(counts, 1.0, ETA, Bounds.PAPER).radius
        tight = certify_dipole(counts, 1.0, ETA, Bounds.TIGHT).radius
        assert tight >= 0.998 * paper
        if paper > 0.0:
            gains.append(tight / paper - 1.0)
    assert np.median(gains) > 0.0


@pytest.mark.parametrize("pairs", [500, 50_000, 50_000_000])
def test_all_pairs_hit_loses_less_than_a_thousandth_to_first_order(pairs: int) -> None:
    first = first_order_radius(clopper_pearson_lower(2 * pairs, 2 * pairs, ETA), 1.0)
    joint = dipole_radius_joint(pairs, 0, pairs, 1.0, ETA)
    assert 0.999 * first <= joint <= 1.001 * first


@pytest.mark.parametrize("d", [1, 49, 3072, 150_528])
@pytest.mark.parametrize("hits", [5_400, 8_000, 9_990, 10_000])
def test_second_order_never_falls_below_first_order_by_more_than_the_split_of_eta(hits: int, d: int) -> None:
    n = 10_000
    shared = clopper_pearson_lower(hits, n, 0.9 * ETA)
    norm = gradient_norm_upper_all_pairs(PairStatistic(n, 0.5), d, 0.25, 0.1 * ETA, shared)
    assert second_order_radius(shared, norm, 0.25) >= first_order_radius(shared, 0.25)
