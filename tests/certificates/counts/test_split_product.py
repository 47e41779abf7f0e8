"""The statistic of former certificates is read, and gives the certificate that it gave."""

from __future__ import annotations

import json

import pytest

from certificates import SECOND_ORDER, Bounds, Evidence, GradientSums, HitCounts, SplitProduct, certify

HITS = HitCounts(1000, 0, (950, 50))
GOOD = SplitProduct(500, 500, 5, 0.005, 1e-6)


def test_a_former_certificate_is_computed_again_from_what_it_states() -> None:
    stated = {
        "hits": {"n": 1000, "target": 0, "per_class": [950, 50]},
        "pairs": None,
        "gradient": {
            "d": 5,
            "pairs": 0,
            "paired_sum": 0.0,
            "split": {"n_a": 500, "n_b": 500, "d": 5, "inner": 0.005, "error": 1e-6, "n_asked": None},
        },
    }
    evidence = Evidence.from_dict(stated)
    assert evidence == Evidence(hits=HITS, gradient=GradientSums(5, 0, 0.0, GOOD))
    assert Evidence.from_dict(json.loads(json.dumps(evidence.to_dict()))) == evidence
    assert certify(SECOND_ORDER, evidence, 0.25, 0.001, Bounds.TIGHT).radius == 0.35948


def test_a_former_certificate_of_many_classes_is_read() -> None:
    gradient = GradientSums(5, 0, 0.0, per_class=(GOOD, GOOD))
    evidence = Evidence(hits=HITS, gradient=gradient)
    assert Evidence.from_dict(json.loads(json.dumps(evidence.to_dict()))) == evidence
    assert SECOND_ORDER.certify_multiclass(evidence, 0.25, 0.001).radius == 0.356398


def test_gradient_sums_without_any_statistic_still_read() -> None:
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
    data = {"d": 5, "pairs": 0, "paired_sum": 0.0, "split": {**GOOD.to_dict(), **change}}
    with pytest.raises(ValueError, match="split"):
        Evidence.from_dict({"hits": {"n": 9, "target": 0, "per_class": [9]}, "pairs": None, "gradient": data})


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        SplitProduct(1, 1, 1, float("nan"), 0.0)
    with pytest.raises(ValueError, match="does not belong"):
        GradientSums(3, 0, 0.0, GOOD)
    with pytest.raises(ValueError, match="more samples"):
        Evidence(hits=HitCounts(999, 0, (999,)), gradient=GradientSums(5, 0, 0.0, GOOD))
