"""The published counts give the published radii, to the three digits that were printed."""

from __future__ import annotations

import csv
import math

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from tests.support.paper_bounds import certify
from tests.support.places import ROOT

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (ROOT / "tests" / "certificates" / "data" / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def agrees(radius: float, printed: str) -> bool:
    """Whether a number that rounds down to ``radius`` (six digits) prints as ``printed`` (three, nearest)."""
    return float(printed) in {float(f"{x:.3g}") for x in (radius, radius * (1.0 + 1e-5))}


def hits(row: Row) -> HitCounts:
    n, hit = int(row["N"]), int(row["raw_count"])
    return HitCounts(n, 0, (hit, n - hit))


@pytest.mark.parametrize("row", rows("first_order"), ids=lambda r: f"{r['dataset']}-{r['N']}-{r['idx']}")
def test_first_order(row: Row) -> None:
    certificate = certify(FIRST_ORDER, Evidence(hits=hits(row)), float(row["sigma"]), float(row["eta"]))
    assert certificate.p_a.lower == pytest.approx(float(row["p_A_bar"]), rel=1e-5)
    assert agrees(certificate.radius, row["radius"])
    assert certificate.abstained == (float(row["radius"]) == 0.0)


@pytest.mark.parametrize("row", rows("second_order"), ids=lambda r: f"{r['dataset']}-{r['N']}-{r['idx']}")
def test_second_order(row: Row) -> None:
    counts, sigma, printed = hits(row), float(row["sigma"]), float(row["raw_grad_norm"])
    pairs = counts.n // 2
    total = round_up_to_grid(math.copysign(printed**2, printed) * sigma**2 * pairs)
    evidence = Evidence(hits=counts, gradient=GradientSums(int(row["d"]), pairs, total))
    certificate = certify(SECOND_ORDER, evidence, sigma, float(row["eta"]))
    assert certificate.gradient_norm is not None
    assert certificate.p_a.lower == pytest.approx(float(row["p_A_bar"]), rel=1e-5)
    assert agrees(certificate.radius, row["radius"])
    assert certificate.abstained == (float(row["radius"]) == 0.0)
    if not certificate.abstained:
        norm = certificate.gradient_norm
        assert norm.upper == pytest.approx(float(row["grad_norm_bound"]), rel=1e-5)
        assert (norm.upper < norm.ceiling) == (row["grad_norm_bound_nonvacuous"] == "1")


@pytest.mark.parametrize("row", rows("dipole"), ids=lambda r: f"{r['dataset']}-{r['N']}-{r['idx']}")
def test_dipole(row: Row) -> None:
    pairs = int(row["N"]) // 2
    counts = PairCounts(pairs, int(row["raw_count_symmetric"]), int(row["raw_count_asymmetric"]), 0, 0)
    certificate = certify(DIPOLE, Evidence(pairs=counts), float(row["sigma"]), float(row["eta"]))
    assert certificate.c_s is not None
    assert certificate.c_n is not None
    assert certificate.c_s.lower == pytest.approx(float(row["p_A_symmetric_bar"]), rel=1e-5)
    assert certificate.c_n.lower == pytest.approx(float(row["p_A_asymmetric_bar"]), rel=1e-5, abs=1e-12)
    assert agrees(certificate.radius, row["radius"])
    assert certificate.abstained == (float(row["radius"]) == 0.0)


def test_all_hits_give_the_right_finite_radius() -> None:
    """The figure that the field quotes for N = 100,000 at eta = 0.001 and sigma = 1."""
    certificate = certify(FIRST_ORDER, Evidence(hits=HitCounts(10**5, 0, (10**5, 0))), 1.0, 0.001)
    assert certificate.radius == pytest.approx(3.8115, abs=1e-4)
