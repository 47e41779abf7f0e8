"""Evidence adds exactly, in any order, survives JSON, and refuses what cannot have been counted."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from functools import reduce
from operator import add

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Certifier,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    round_up_to_grid,
)
from tests.support.paper_bounds import certify

GRID = Fraction(1, 2**20)
HITS = Evidence(hits=HitCounts(10, 1, (3, 7)))
PAIRS = Evidence(pairs=PairCounts(10, 5, 2, 1, 0))
GRADIENT = Evidence(hits=HitCounts(10, 1, (3, 7)), gradient=GradientSums(4, 5, -1.5))
kinds = pytest.mark.parametrize("evidence", [HITS, PAIRS, GRADIENT], ids=["hits", "pairs", "gradient"])


@settings(deadline=None, derandomize=True)
@given(st.floats(-(2.0**33), 2.0**33, exclude_min=True, exclude_max=True))
def test_rounding_up_to_the_grid_is_exact(x: float) -> None:
    rounded = Fraction(round_up_to_grid(x))
    assert (rounded / GRID).denominator == 1
    assert 0 <= rounded - Fraction(x) < GRID


@pytest.mark.parametrize("x", [2.0**33, -(2.0**33), math.inf, -math.inf, math.nan])
def test_sums_past_the_grid_are_refused(x: float) -> None:
    with pytest.raises(ValueError, match="finite and below"):
        round_up_to_grid(x)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_gradient_sums_do_not_depend_on_the_order(values: list[float]) -> None:
    shards = [GradientSums(3, 1, round_up_to_grid(value)) for value in values]
    total = sum(Fraction(shard.paired_sum) for shard in shards)
    assert Fraction(reduce(add, shards).paired_sum) == total
    assert Fraction(reduce(add, reversed(shards)).paired_sum) == total
    assert Fraction(reduce(add, sorted(shards, key=lambda s: s.paired_sum)).paired_sum) == total


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_shards_merge_in_any_order(order: tuple[int, ...]) -> None:
    shards = [
        Evidence(hits=HitCounts(4, 0, (k, 4 - k)), gradient=GradientSums(2, 2, 0.25 * k)) for k in range(3)
    ]
    merged = reduce(add, [shards[i] for i in order])
    assert merged == Evidence(hits=HitCounts(12, 0, (3, 9)), gradient=GradientSums(2, 6, 0.75))


def test_pairs_count_two_evaluations_each() -> None:
    assert (PAIRS + PAIRS).n == 40
    assert (PAIRS + PAIRS).pairs == PairCounts(20, 10, 4, 2, 0)
    assert (HITS + HITS).n == 20


@kinds
def test_evidence_survives_json(evidence: Evidence) -> None:
    data = json.loads(json.dumps(evidence.to_dict()))
    assert set(data) == {"hits", "pairs", "gradient"}
    assert Evidence.from_dict(data) == evidence


@pytest.mark.parametrize(
    "pair", list(itertools.permutations([HITS, PAIRS, GRADIENT], 2)), ids=lambda _: "different kinds"
)
def test_different_kinds_do_not_add(pair: tuple[Evidence, Evidence]) -> None:
    with pytest.raises(ValueError, match="does not add"):
        pair[0] + pair[1]


def test_different_jobs_do_not_add() -> None:
    with pytest.raises(ValueError, match="do not add"):
        HitCounts(1, 0, (1, 0)) + HitCounts(1, 1, (1, 0))
    with pytest.raises(ValueError, match="do not add"):
        HitCounts(1, 0, (1, 0)) + HitCounts(1, 0, (1, 0, 0))
    with pytest.raises(ValueError, match="do not add"):
        PairCounts(1, 1, 0, 0, 0) + PairCounts(1, 1, 0, 0, 1)
    with pytest.raises(ValueError, match="do not add"):
        GradientSums(1, 0, 0.0) + GradientSums(2, 0, 0.0)


HIT_DATA: dict[str, object] = {"n": 10, "target": 1, "per_class": [3, 7]}
PAIR_DATA: dict[str, object] = {"pairs": 10, "both": 5, "plus_only": 2, "minus_only": 1, "target": 0}
SUM_DATA: dict[str, object] = {"d": 4, "pairs": 5, "paired_sum": -1.5}


def wrapped(
    hits: object = None, pairs: object = None, gradient: object = None, **more: object
) -> dict[str, object]:
    return {"hits": hits, "pairs": pairs, "gradient": gradient, **more}


@pytest.mark.parametrize(
    "data",
    [
        {},
        wrapped(),
        wrapped(HIT_DATA, extra=1),
        wrapped(HIT_DATA, PAIR_DATA),
        wrapped(pairs=PAIR_DATA, gradient=SUM_DATA),
        wrapped(gradient=SUM_DATA),
        wrapped([1, 2]),
        wrapped({"n": 10, "target": 1}),
        wrapped({**HIT_DATA, "n": 11}),
        wrapped({**HIT_DATA, "n": "10"}),
        wrapped({**HIT_DATA, "n": True}),
        wrapped({**HIT_DATA, "target": 2}),
        wrapped({**HIT_DATA, "target": -1}),
        wrapped({**HIT_DATA, "per_class": 7}),
        wrapped({**HIT_DATA, "per_class": []}),
        wrapped({**HIT_DATA, "per_class": [11, -1]}),
        wrapped({**HIT_DATA, "per_class": [3.0, 7.0]}),
        wrapped({"n": 10**400, "target": 0, "per_class": [10**400]}),
        wrapped(pairs={**PAIR_DATA, "both": 8}),
        wrapped(pairs={**PAIR_DATA, "both": -1}),
        wrapped(pairs={**PAIR_DATA, "both": 5.0}),
        wrapped(pairs={**PAIR_DATA, "target": -1}),
        wrapped(pairs={**PAIR_DATA, "pairs": 10**400}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "pairs": 6}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "d": 0}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "d": 10**400}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "paired_sum": 0.1}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "paired_sum": math.nan}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "paired_sum": 10**400}),
        wrapped(HIT_DATA, gradient={**SUM_DATA, "paired_sum": "1"}),
    ],
)
def test_malformed_evidence_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Evidence.from_dict(data)


@pytest.mark.parametrize(
    ("certifier", "evidence"),
    [
        (FIRST_ORDER, PAIRS),
        (FIRST_ORDER, GRADIENT),
        (SECOND_ORDER, HITS),
        (SECOND_ORDER, PAIRS),
        (DIPOLE, HITS),
        (DIPOLE, GRADIENT),
    ],
)
def test_a_certifier_refuses_evidence_of_another(certifier: Certifier, evidence: Evidence) -> None:
    with pytest.raises(ValueError, match="not what a"):
        certify(certifier, evidence, 0.25, 0.001)
