"""Split sums add exactly, bound their own rounding, travel as JSON, and give one certificate either way."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from certificates import (
    SECOND_ORDER,
    Bounds,
    Evidence,
    GradientSums,
    HitCounts,
    SplitProduct,
    SplitSums,
    certify,
)


def block(seed: int, d: int = 5, rows: int = 40) -> tuple[SplitSums, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((rows, d)).astype(np.float32).astype(np.float64)
    w = rng.integers(0, 2, rows) - 0.5
    a, b = w[::2, None] * g[::2], w[1::2, None] * g[1::2]
    return SplitSums.of_block(rows // 2, a.sum(axis=0), rows // 2, b.sum(axis=0)), a, b


def test_blocks_add_to_the_same_bits_in_any_order() -> None:
    blocks = [block(seed)[0] for seed in range(4)]
    merged = {sum_of(order) for order in permutations(blocks)}
    assert len(merged) == 1
    assert merged.pop().blocks == 4


def sum_of(blocks: tuple[SplitSums, ...]) -> SplitSums:
    total = blocks[0]
    for one in blocks[1:]:
        total = total + one
    return total


def test_inner_product_is_within_its_stated_error() -> None:
    parts = [block(seed) for seed in range(30)]
    total = sum_of(tuple(part[0] for part in parts))
    exact = Fraction(0)
    for j in range(5):
        a = sum((Fraction(float(v)) for part in parts for v in part[1][:, j]), Fraction(0))
        b = sum((Fraction(float(v)) for part in parts for v in part[2][:, j]), Fraction(0))
        exact += a * b
    exact /= total.n_a * total.n_b
    value, error = total.inner_product()
    assert 0.0 < abs(value - float(exact)) <= error < 1e-4


def test_condensed_evidence_gives_the_same_certificate() -> None:
    total = sum_of(tuple(block(seed)[0] for seed in range(25)))
    n = total.n_a + total.n_b
    evidence = Evidence(hits=HitCounts(n, 0, (n - 150, 150)), gradient=GradientSums(5, 0, 0.0, total))
    assert evidence.gradient is not None
    small = Evidence(hits=evidence.hits, gradient=evidence.gradient.condensed())
    full, condensed = (certify(SECOND_ORDER, e, 0.25, 0.001, Bounds.TIGHT) for e in (evidence, small))
    assert full == condensed
    assert Evidence.from_dict(json.loads(json.dumps(small.to_dict()))) == small
    with pytest.raises(ValueError, match="condense them"):
        evidence.to_dict()


def test_evidence_without_split_sums_still_reads() -> None:
    old = {"hits": {"n": 2, "target": 0, "per_class": [2, 0]}, "pairs": None}
    evidence = Evidence.from_dict({**old, "gradient": {"d": 3, "pairs": 1, "paired_sum": 0.5}})
    assert evidence.gradient == GradientSums(3, 1, 0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"n_a": -1},
        {"n_a": 1.5},
        {"n_a": True},
        {"d": "3"},
        {"inner": float("nan")},
        {"error": -1.0},
        {"extra": 1},
    ],
)
def test_a_malformed_split_product_is_refused(change: dict[str, object]) -> None:
    good = SplitSums.of_block(1, [0.5], 1, [0.25]).condensed().to_dict()
    data = {"d": 1, "pairs": 0, "paired_sum": 0.0, "split": {**good, **change}}
    with pytest.raises(ValueError, match="split"):
        Evidence.from_dict({"hits": {"n": 9, "target": 0, "per_class": [9]}, "pairs": None, "gradient": data})


def test_sums_that_do_not_belong_together_are_refused() -> None:
    one, two = SplitSums.of_block(1, [0.5], 1, [0.5]), SplitSums.of_block(1, [0.5, 1.0], 1, [0.5, 1.0])
    with pytest.raises(ValueError, match="different dimensions"):
        one + two
    with pytest.raises(ValueError, match="do not belong"):
        GradientSums(3, 0, 0.0, one)
    with pytest.raises(ValueError, match="with and without"):
        GradientSums(1, 0, 0.0, one) + GradientSums(1, 0, 0.0)
    with pytest.raises(ValueError, match="more samples"):
        Evidence(hits=HitCounts(1, 0, (1,)), gradient=GradientSums(1, 0, 0.0, one))
    with pytest.raises(ValueError, match="finite"):
        SplitProduct(1, 1, 1, float("nan"), 0.0)
    with pytest.raises(ValueError, match=r"2\*\*33"):
        SplitSums.of_block(1, [float("inf")], 1, [0.0])
    for number in (float("inf"), 0.1):  # as they are, not rounded to the grid
        with pytest.raises(ValueError, match=r"multiples of 2\*\*-20"):
            SplitSums(1, 1, 1, np.array([number]).tobytes(), np.array([0.0]).tobytes())
