"""Sums of all pairs add exactly, bound their rounding, become JSON, and give one certificate either way."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from functools import reduce
from itertools import permutations
from operator import add

import numpy as np
import pytest
from numpy.typing import NDArray

from certificates import (
    SECOND_ORDER,
    AllPairsMean,
    AllPairsSums,
    Bounds,
    Evidence,
    GradientSums,
    HitCounts,
    Weights,
    certify,
)

D = 5
ROWS = 40


def block(seed: int, rows: int = ROWS) -> tuple[AllPairsSums, NDArray[np.float64]]:
    """Return the sums of one block, and its vectors ``w g``."""
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((rows, D)).astype(np.float32).astype(np.float64)
    x = (rng.integers(0, 2, rows) - 0.5)[:, None] * g
    return AllPairsSums.of_block(Weights.SCORES, rows, x.sum(axis=0), float((x**2).sum())), x


def evidence_of(sums: AllPairsSums) -> Evidence:
    return Evidence(
        hits=HitCounts(sums.n, 0, (sums.n - 150, 150)), gradient=GradientSums(D, 0, 0.0, sums=sums)
    )


def test_blocks_add_to_the_same_bits_in_any_order() -> None:
    blocks = [block(seed)[0] for seed in range(4)]
    merged = {reduce(add, order) for order in permutations(blocks)}
    assert len(merged) == 1
    assert (merged.pop().blocks, blocks[0].n) == (4, ROWS)


def test_the_mean_is_that_of_all_pairs_within_its_stated_error() -> None:
    parts = [block(seed, rows) for seed, rows in enumerate([2, 7, 40, 1, 30])]
    total = reduce(add, (part[0] for part in parts))
    exact_rows = [[Fraction(float(v)) for v in row] for part in parts for row in part[1]]
    inner = sum(
        (a * b for i, x in enumerate(exact_rows) for y in exact_rows[:i] for a, b in zip(x, y, strict=True)),
        Fraction(0),
    )
    exact = inner * 2 / (total.n * (total.n - 1))
    condensed = total.condensed()
    assert condensed.error < 1e-4
    assert 0 < abs(Fraction(condensed.mean) - exact) <= Fraction(condensed.error)
    assert condensed.mean + condensed.error >= exact


@pytest.mark.parametrize("off", [0, 1, 5, 10])
def test_a_sum_that_is_off_by_as_much_as_is_said_stays_within_the_error(off: int) -> None:
    """Every element of ``S`` too small by a grid step for each block, and ``Q`` rounded down by as many."""
    sums = reduce(add, (block(seed)[0] for seed in range(10)))
    wrong = AllPairsSums(
        sums.weights,
        sums.n,
        D,
        sums.blocks,
        sums.squares - off,
        (sums.arrays() - np.sign(sums.arrays()) * off / 2**20).astype("<f8").tobytes(),
    )
    assert wrong.condensed().mean + wrong.condensed().error >= sums.condensed().mean


@pytest.mark.parametrize(
    ("squares", "steps"), [(0.0, 0), (1.9 / 2**20, 1), (1.0, 2**20), (5.0 - 1e-9, 5 * 2**20 - 1)]
)
def test_the_squares_of_a_block_are_rounded_down(squares: float, steps: int) -> None:
    assert AllPairsSums.of_block(Weights.MISSES, 3, [1.0], squares).squares == steps


def test_condensed_evidence_gives_the_same_certificate() -> None:
    evidence = evidence_of(reduce(add, (block(seed)[0] for seed in range(25))))
    small = evidence.condensed()
    full, condensed = (certify(SECOND_ORDER, e, 0.25, 0.001, Bounds.TIGHT) for e in (evidence, small))
    assert full == condensed
    assert Evidence.from_dict(json.loads(json.dumps(small.to_dict()))) == small
    assert small.condensed() == small
    with pytest.raises(ValueError, match="condense them"):
        evidence.to_dict()


def test_one_vector_for_every_class_is_condensed_to_as_many_means() -> None:
    vectors = np.array([[3.0, 1.0], [-1.0, 2.0], [0.5, -4.0]])
    sums = AllPairsSums.of_block(Weights.SCORES, 10, vectors, 5.0, per_class=True)
    evidence = Evidence(HitCounts(10, 1, (3, 4, 3)), gradient=GradientSums(2, 0, 0.0, sums=sums)).condensed()
    assert evidence.gradient is not None
    assert evidence.gradient.per_class is not None
    means = [one.mean for one in evidence.gradient.per_class if isinstance(one, AllPairsMean)]
    assert means == pytest.approx(((vectors**2).sum(axis=1) - 5.0) / 90.0)
    assert Evidence.from_dict(json.loads(json.dumps(evidence.to_dict()))) == evidence


def test_one_sample_has_no_pairs() -> None:
    sums = AllPairsSums.of_block(Weights.MISSES, 1, [9.0], 81.0)
    assert sums.condensed() == AllPairsMean(Weights.MISSES, 1, 1, 0.0, 0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 0},
        {"n": 1.5},
        {"n": True},
        {"d": "3"},
        {"mean": float("nan")},
        {"error": -1.0},
        {"weights": "hits"},
        {"weights": 1},
        {"n_asked": 1},
        {"extra": 1},
    ],
)
def test_a_malformed_mean_is_refused(change: dict[str, object]) -> None:
    good = AllPairsSums.of_block(Weights.SCORES, 2, [0.5], 0.1).condensed().to_dict()
    data = {"d": 1, "pairs": 0, "paired_sum": 0.0, "all_pairs": {**good, **change}}
    with pytest.raises(ValueError, match=r"all_pairs|mean of all pairs|epoch"):
        Evidence.from_dict({"hits": {"n": 9, "target": 0, "per_class": [9]}, "pairs": None, "gradient": data})


def of(sums: list[float], weights: Weights = Weights.SCORES) -> AllPairsSums:
    return AllPairsSums.of_block(weights, 2, sums, 1.0)


def test_sums_that_do_not_belong_together_are_refused() -> None:
    one, whole = of([0.5]), GradientSums(1, 0, 0.0, sums=of([0.5]))
    for other in (of([0.5, 1.0]), of([0.5], Weights.MISSES)):
        with pytest.raises(ValueError, match="do not add"):
            one + other
    with pytest.raises(ValueError, match="does not belong"):
        GradientSums(3, 0, 0.0, sums=one)
    with pytest.raises(ValueError, match="with and without"):
        whole + GradientSums(1, 0, 0.0)
    with pytest.raises(ValueError, match="condensed gradient sums do not add"):
        whole + whole.condensed()
    with pytest.raises(ValueError, match="more samples"):
        Evidence(hits=HitCounts(1, 0, (1,)), gradient=whole)
    two = AllPairsSums.of_block(Weights.SCORES, 2, [[0.5], [0.5]], 1.0, per_class=True)
    with pytest.raises(ValueError, match="as many as the classes"):
        Evidence(hits=HitCounts(3, 0, (3, 0, 0)), gradient=GradientSums(1, 0, 0.0, sums=two))
    with pytest.raises(ValueError, match="weigh scores"):
        GradientSums(1, 0, 0.0, per_class=(of([0.5], Weights.MISSES).condensed(),) * 2)


def test_sums_that_are_none_are_refused() -> None:
    content = np.array([0.0]).tobytes()
    with pytest.raises(ValueError, match="finite"):
        AllPairsMean(Weights.SCORES, 1, 1, float("nan"), 0.0)
    with pytest.raises(ValueError, match=r"2\*\*33"):
        of([float("inf")])
    for number in (float("inf"), 0.1, 2.0**33):  # as they are, not rounded to the grid
        with pytest.raises(ValueError, match=r"multiples of 2\*\*-20"):
            AllPairsSums(Weights.SCORES, 1, 1, 1, 0, np.array([number]).tobytes())
    with pytest.raises(ValueError, match="not negative"):
        AllPairsSums(Weights.SCORES, 1, 1, 1, -1, content)
    for vectors, per_class in ((content * 2, False), (content[:7], True), (b"", True)):
        with pytest.raises(ValueError, match="one vector"):
            AllPairsSums(Weights.SCORES, 1, 1, 1, 0, vectors, per_class)
    with pytest.raises(ValueError, match="weigh scores"):
        AllPairsSums(Weights.MISSES, 1, 1, 1, 0, content, per_class=True)


@pytest.mark.parametrize("blocks", [0, 1, 7])
@pytest.mark.parametrize("elements", [[3.0, 4.0], [2.0**32 - 2.0**-20], [0.1, -7.3, 12345.678], [0.0]])
def test_the_error_is_what_rounding_can_do_to_the_exact_value(blocks: int, elements: list[float]) -> None:
    """From fractions: what blocks and a float64 sum of squares can be off by, and one last rounding."""
    whole = [round(x * 2**20) for x in elements]
    content = (np.array(whole) / 2**20).tobytes()
    d, n, squares = len(whole), 7, 2**21 + 1
    found = AllPairsSums(Weights.SCORES, n, d, blocks, squares, content).condensed()
    exact_square = Fraction(sum(x * x for x in whole), 2**40)
    exact = (exact_square - Fraction(squares, 2**20)) / (n * (n - 1))
    off = blocks / 2**20
    of_blocks = 2.0 * math.sqrt(d * exact_square) * off + d * off**2
    of_floats = Fraction(d, 2**52) * exact_square
    said = (of_blocks + float(of_floats)) / (n * (n - 1)) + abs(float(exact)) / 2**52
    assert found.error == pytest.approx(said, rel=2e-6)
    assert Fraction(found.mean) + Fraction(found.error) >= exact


def test_two_samples_have_one_pair() -> None:
    first, second = np.array([0.5, -1.0]), np.array([0.25, 2.0])
    squares = float((first**2).sum() + (second**2).sum())
    sums = AllPairsSums.of_block(Weights.SCORES, 2, first + second, squares)
    assert sums.condensed().mean == float(first @ second) == -1.875


def test_the_mean_of_one_sample_keeps_what_was_asked_for() -> None:
    sums = AllPairsSums.of_block(Weights.SCORES, 1, [0.5], 0.25)
    assert sums.condensed(n_asked=100) == AllPairsMean(Weights.SCORES, 1, 1, 0.0, 0.0, 100)


@pytest.mark.parametrize(("n", "blocks", "squares"), [(-1, 1, 0), (1, -1, 0), (1, 1, -1)])
def test_no_count_is_negative(n: int, blocks: int, squares: int) -> None:
    with pytest.raises(ValueError, match="counts that are not negative"):
        AllPairsSums(Weights.SCORES, n, 1, blocks, squares, np.array([0.0]).tobytes())


def test_an_error_is_finite() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        AllPairsMean(Weights.SCORES, 2, 1, 0.0, float("inf"))
