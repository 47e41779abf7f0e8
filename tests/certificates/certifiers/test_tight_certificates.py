"""The tight and the anytime bounds through the one entry that the service and ``certify verify`` use."""

from __future__ import annotations

import json

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Certifier,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    PairStatistic,
    Weights,
    certify,
    clopper_pearson_lower,
    epoch_share,
    gradient_norm_upper_all_pairs,
    gradient_norm_upper_misses,
    probability_lower_anytime,
)

N = 100_000
HITS = HitCounts(N, 0, (95_000, 5_000))
MEANS = {weights: AllPairsMean(weights, N, 49, 0.005, 1e-6) for weights in Weights}
EPOCHS = {weights: AllPairsMean(weights, N // 2, 49, 0.005, 1e-6, n_asked=N) for weights in Weights}
PAIRS = PairCounts(N // 2, 45_000, 2_450, 2_400, 0)


def second_order(all_pairs: AllPairsMean | None = None) -> Evidence:
    return Evidence(hits=HITS, gradient=GradientSums(49, 0, 0.0, all_pairs=all_pairs))


EVIDENCE = {
    "first order, tight": (FIRST_ORDER, Bounds.TIGHT, Evidence(hits=HITS)),
    "first order, anytime": (FIRST_ORDER, Bounds.ANYTIME, Evidence(hits=HITS)),
    "scores, tight": (SECOND_ORDER, Bounds.TIGHT, second_order(MEANS[Weights.SCORES])),
    "scores, anytime": (SECOND_ORDER, Bounds.ANYTIME, second_order(EPOCHS[Weights.SCORES])),
    "misses, tight": (SECOND_ORDER, Bounds.TIGHT, second_order(MEANS[Weights.MISSES])),
    "misses, anytime": (SECOND_ORDER, Bounds.ANYTIME, second_order(EPOCHS[Weights.MISSES])),
    "dipole, tight": (DIPOLE, Bounds.TIGHT, Evidence(pairs=PAIRS)),
    "dipole, anytime": (DIPOLE, Bounds.ANYTIME, Evidence(pairs=PAIRS)),
}
CASES = pytest.mark.parametrize(("certifier", "bounds", "evidence"), EVIDENCE.values(), ids=list(EVIDENCE))


@CASES
def test_every_field_is_filled_and_eta_is_not_overspent(
    certifier: Certifier, bounds: Bounds, evidence: Evidence
) -> None:
    for eta in (1e-6, 0.001, 0.05, 0.3):
        certificate = certify(certifier, evidence, 0.25, eta, bounds)
        assert sum(certificate.eta_spent.values()) <= eta
        assert sum(certificate.eta_spent.values()) >= 0.999 * eta
        assert 0.3 < certificate.radius < 0.6
        assert certificate.n == N
        assert certificate.p_a.estimate == pytest.approx(0.95, abs=0.002)
        assert 0.9 < certificate.p_a.lower < 0.95
        assert (certificate.c_s is None) == (certifier is not DIPOLE)
        assert (certificate.gradient_norm is None) == (certifier is not SECOND_ORDER)
        assert json.loads(json.dumps(certificate.to_dict()))["bounds"] == bounds.value


@CASES
def test_the_curve_is_at_least_one_half_up_to_the_radius(
    certifier: Certifier, bounds: Bounds, evidence: Evidence
) -> None:
    certificate = certify(certifier, evidence, 0.25, 0.001, bounds)
    distances = [certificate.radius * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    curve = certificate.curve([*distances, 1.5 * certificate.radius])
    assert all(value >= 0.5 for value in curve[:5])
    assert curve == sorted(curve, reverse=True)
    assert curve[5] < 0.5
    assert curve[0] <= 0.95


@CASES
def test_nothing_sampled_abstains(certifier: Certifier, bounds: Bounds, evidence: Evidence) -> None:
    empty = Evidence(pairs=PairCounts(0, 0, 0, 0, 0))
    if evidence.pairs is None:
        gradient = GradientSums(49, 0, 0.0) if certifier is SECOND_ORDER else None
        empty = Evidence(hits=HitCounts(0, 0, (0, 0)), gradient=gradient)
    assert certify(certifier, empty, 0.25, 0.001, bounds).abstained


def test_second_order_spends_nine_tenths_on_the_score() -> None:
    certificate = certify(*EVIDENCE["scores, tight"][::2], 0.25, 0.001, Bounds.TIGHT)
    assert certificate.eta_spent["gradient_norm"] == pytest.approx(1e-4)
    assert certificate.p_a.lower == pytest.approx(clopper_pearson_lower(95_000, N, 9e-4), rel=1e-12)
    first = certify(FIRST_ORDER, Evidence(hits=HITS), 0.25, 0.001, Bounds.TIGHT)
    assert certificate.radius > 1.01 * first.radius


def norm_upper(evidence: Evidence, bounds: Bounds = Bounds.TIGHT) -> float:
    norm = certify(SECOND_ORDER, evidence, 0.25, 0.001, bounds).gradient_norm
    assert norm is not None
    return norm.upper


def test_the_weights_decide_which_bound_a_mean_is_put_into() -> None:
    p_lower = clopper_pearson_lower(95_000, N, 9e-4)
    mean = PairStatistic(N, 0.005 + 1e-6)
    scores = gradient_norm_upper_all_pairs(mean, 49, 0.25, 1e-4, p_lower)
    misses = gradient_norm_upper_misses(mean, 49, 0.25, 1e-4, 1.0 - p_lower)
    assert norm_upper(second_order(MEANS[Weights.SCORES])) == pytest.approx(scores, rel=1e-12)
    assert norm_upper(second_order(MEANS[Weights.MISSES])) == pytest.approx(misses, rel=1e-12)
    assert scores != pytest.approx(misses, rel=1e-6)


@pytest.mark.parametrize("weights", list(Weights))
def test_the_bound_of_an_epoch_spends_its_share(weights: Weights) -> None:
    """Epoch 1 has a quarter of what epoch 0 has; the score's bound gives the rest."""
    epoch = second_order(EPOCHS[weights])
    assert EPOCHS[weights].epoch == 1
    p_lower = probability_lower_anytime(95_000, N, 9e-4)
    share, mean = epoch_share(1e-4, 1), PairStatistic(N // 2, 0.005 + 1e-6)
    if weights is Weights.SCORES:
        expected = gradient_norm_upper_all_pairs(mean, 49, 0.25, share, p_lower)
    else:
        expected = gradient_norm_upper_misses(mean, 49, 0.25, share, 1.0 - p_lower)
    assert norm_upper(epoch, Bounds.ANYTIME) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weights", list(Weights))
def test_a_mean_counts_with_its_error(weights: Weights) -> None:
    def upper(mean: float, error: float) -> float:
        return norm_upper(second_order(AllPairsMean(weights, N, 49, mean, error)))

    assert upper(0.001, 1e-4) == pytest.approx(upper(0.0011, 0.0), rel=1e-9)
    assert upper(-0.001, 1e-4) == pytest.approx(upper(-0.0009, 0.0), rel=1e-9)


def test_the_rounding_error_of_the_sums_of_every_class_counts_against_the_radius() -> None:
    counts = HitCounts(N, 0, (60_000, 15_000, 15_000, 10_000))

    def radius(mean: float, error: float) -> float:
        classes = (AllPairsMean(Weights.SCORES, N, 49, mean, error),) * 4
        evidence = Evidence(hits=counts, gradient=GradientSums(49, 0, 0.0, per_class=classes))
        return SECOND_ORDER.certify_multiclass(evidence, 0.25, 0.001).radius

    assert radius(0.0, 0.01) == radius(0.01, 0.0) < 0.99 * radius(0.0, 0.0)


def test_one_sample_gives_no_gradient() -> None:
    """An odd number of samples is allowed, down to one, which has no pairs."""
    one = AllPairsMean(Weights.SCORES, 1, 49, 0.0, 0.0)
    evidence = Evidence(hits=HitCounts(1, 0, (1, 0)), gradient=GradientSums(49, 0, 0.0, all_pairs=one))
    certificate = certify(SECOND_ORDER, evidence, 0.25, 0.001, Bounds.TIGHT)
    assert certificate.abstained
    assert certificate.gradient_norm is not None
    assert certificate.gradient_norm.estimate is None
    assert certificate.gradient_norm.upper == certificate.gradient_norm.ceiling


def test_tight_second_order_refuses_evidence_counted_for_the_paper() -> None:
    evidence = Evidence(hits=HITS, gradient=GradientSums(49, N // 2, 10.0))
    with pytest.raises(ValueError, match="gradient sums of all pairs"):
        certify(SECOND_ORDER, evidence, 0.25, 0.001, Bounds.TIGHT)


@pytest.mark.parametrize("kind", ["scores, tight", "misses, tight"])
def test_anytime_second_order_refuses_sums_outside_an_epoch(kind: str) -> None:
    with pytest.raises(ValueError, match="epoch"):
        certify(*EVIDENCE[kind][::2], 0.25, 0.001, Bounds.ANYTIME)


@pytest.mark.parametrize("kind", ["scores, anytime", "misses, anytime"])
def test_tight_second_order_refuses_the_sums_of_an_epoch(kind: str) -> None:
    with pytest.raises(ValueError, match="epoch"):
        certify(*EVIDENCE[kind][::2], 0.25, 0.001, Bounds.TIGHT)


def test_anytime_second_order_before_the_first_epoch_is_first_order() -> None:
    certificate = certify(SECOND_ORDER, second_order(), 0.25, 0.001, Bounds.ANYTIME)
    assert certificate.gradient_norm is not None
    assert certificate.gradient_norm.upper == pytest.approx(certificate.gradient_norm.ceiling, rel=1e-12)
    assert certificate.radius > 0.0
