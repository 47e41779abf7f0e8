"""A forger who computes everything anew for another claim is found out by request, input and status."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from certificates import (
    CERTIFIERS,
    FIRST_ORDER,
    AllPairsMean,
    Bounds,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    GradientSums,
    Noise,
    Weights,
)
from certificates.bounds.plausible_sums import mean_range, paired_sum_range
from certify_client import UnreadableCertificate, display
from tests.support.certificate_documents import (
    KINDS,
    SLOW,
    Document,
    certified,
    claim_and_counts,
    document_of,
)
from verification.certificate_check import verify

CHANGES: tuple[dict[str, Any], ...] = (
    *({"sigma": sigma} for sigma in (0.24, 0.26, 1.0, 100.0)),
    *({"eta": eta} for eta in (1e-9, 0.002, 0.5, 0.999999)),
    *({"bounds": bounds} for bounds in (Bounds.TIGHT, Bounds.PAPER)),
    *({"decision": decision} for decision in Decision),
    {"noise": Noise.GAUSSIAN, "grid_steps": None},
    {"noise": Noise.DISCRETE, "grid_steps": 63.75},
    {"noise": Noise.DISCRETE, "grid_steps": 1.0},
    *({"stop_radius": radius} for radius in (None, 0.1, 0.35)),
    *({"certifier": certifier} for certifier in CERTIFIERS),
    *({"n": n} for n in (2, 8000, 40_000, 47_994, 100_002)),
    *({"d": d} for d in (1, 28, 783)),
)


def counts_for(evidence: Evidence, claim: Claim) -> Evidence:
    """Return counts that say what a changed claim needs: elements, size of the job, no epochs."""
    if evidence.gradient is None:
        return evidence
    if claim.certifier is FIRST_ORDER:
        return replace(evidence, gradient=None)
    asked = claim.n if claim.stop_radius is not None or evidence.n < claim.n else None

    def for_claim(mean: AllPairsMean) -> AllPairsMean:
        return replace(mean, d=claim.d, n_asked=asked)

    gradient = evidence.gradient
    per_class = None if gradient.per_class is None else tuple(map(for_claim, gradient.per_class))
    changed = replace(
        gradient,
        d=claim.d,
        all_pairs=None if gradient.all_pairs is None else for_claim(gradient.all_pairs),
        per_class=per_class,
    )
    return replace(evidence, gradient=changed)


def forged(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield documents whose certificates follow from their own claim and counts, and the change made."""
    claim, evidence, ended_by = claim_and_counts(document)
    ends = [claim, *(replace(claim, **change) for change in CHANGES)]
    ends += [replace(one, n=evidence.n, stop_radius=None) for one in ends]
    for changed in ends:
        for end in EndedBy:
            if (changed, end) == (claim, ended_by):
                continue
            try:
                yield f"{changed} {end}", certified(document, changed, counts_for(evidence, changed), end)
            except (ValueError, ArithmeticError):
                continue


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SLOW))
def test_another_claim_is_found_by_the_request_the_input_and_the_status(kind: str) -> None:
    document = document_of(kind)
    same, made = document["certificate"], 0
    for change, other in forged(document):
        if other["certificate"] != same:
            made += 1
            assert not verify(other).holds, change
    assert made > 20


@pytest.mark.parametrize("kind", ["first_order", "second_order", "second order, cancelled"])
def test_without_the_request_the_verdict_says_what_it_did_not_compare(kind: str) -> None:
    for change, other in forged(document_of(kind)):
        verdict = verify(other["certificate"])
        assert len(verdict.unchecked) == 3
        assert all("could not be checked" in sentence for sentence in verdict.unchecked)
        assert not (verdict.holds and other["certificate"]["claim"]["d"] != 784), change
        assert not (verdict.holds and other["certificate"]["eta"] > 0.5), change
    document = document_of(kind) | {"request": None}
    assert verify(document).holds
    said = display.verdict(verify(document)).plain
    assert "The claim holds" in said
    assert "\nNot checked: the document does not hold the request: whether model, input, " in said
    assert ["request" in sentence for sentence in verify(document).unchecked] == [False, True]


@pytest.mark.parametrize(
    "shape", [None, [], "1x28x28", 784, [-1, -28, 28], [784.0], [True, 784], [28, 0], {}]
)
@pytest.mark.parametrize("alone", [False, True])
def test_an_input_without_a_shape_is_not_judged(shape: object, alone: bool) -> None:
    """The number of elements raises a second-order radius, so it is never taken from the claim alone."""
    document = document_of("second_order")
    document["certificate"]["input"]["shape"] = shape
    document["request"]["input"]["shape"] = shape
    if shape is None:
        del document["certificate"]["input"]["shape"]
    with pytest.raises(UnreadableCertificate, match=r"input\.shape"):
        verify(document["certificate"] if alone else document)


def with_gradient(document: Document, **change: Any) -> Document:
    """Return the document with other gradient sums, everything computed anew."""
    claim, evidence, ended_by = claim_and_counts(document)
    gradient = evidence.gradient
    assert gradient is not None
    if gradient.all_pairs is not None:
        gradient = replace(gradient, all_pairs=replace(gradient.all_pairs, **change))
    elif gradient.per_class is not None:
        first, *others = gradient.per_class
        gradient = replace(gradient, per_class=(replace(first, **change), *others))
    else:
        gradient = replace(gradient, **change)
    return certified(document, claim, replace(evidence, gradient=gradient), ended_by)


TIGHT = [kind for kind in KINDS if kind.startswith("second") and "paper" not in kind]


@pytest.mark.parametrize("kind", TIGHT)
def test_gradient_sums_that_no_samples_give_are_refused(kind: str) -> None:
    document = document_of(kind)
    gradient = claim_and_counts(document)[1].gradient
    assert gradient is not None
    mean = gradient.statistics()[0]
    low, high = mean_range(mean.n, 784, mean.weights)
    for value in (1.01 * low - 1e-6, 1.01 * high + 1e-6, -1e9, 1e9):
        verdict = verify(with_gradient(document, mean=value))
        assert any("was not sampled" in fault for fault in verdict.faults)
    for error in (0.0, 1e-13):
        faults = verify(with_gradient(document, mean=0.002, error=error)).faults
        assert any("too small" in fault for fault in faults)
    assert verify(with_gradient(document, mean=0.99 * low, error=1e-3)).holds


def test_paired_sums_that_no_samples_give_are_refused() -> None:
    document = document_of("second_order_paper")
    low, high = paired_sum_range(50_000, 784)
    for paired_sum in (math.floor(1.01 * low), math.ceil(1.01 * high), -(2**32)):
        verdict = verify(with_gradient(document, paired_sum=float(paired_sum)))
        assert any("was not sampled" in fault for fault in verdict.faults)
    assert verify(with_gradient(document, paired_sum=float(math.ceil(0.99 * low)))).holds


@pytest.mark.parametrize("kind", ["second order, stopped", "second order, cancelled"])
def test_an_earlier_epoch_cannot_be_claimed(kind: str) -> None:
    """Which epoch it is follows from the samples and from n, and n is that of the claim."""
    document = document_of(kind)
    mean = document["certificate"]["counts"]["gradient"]["all_pairs"]
    for n_asked in (26_000, 52_000, 200_000, None):
        mean["n_asked"] = n_asked
        assert verify(document).radius == 0.0
    mean |= {"n_asked": 100_000, "epoch": 0}
    with pytest.raises(UnreadableCertificate, match="n_asked"):
        verify(document)


def test_gradient_sums_of_another_dimension_are_refused() -> None:
    claim = claim_and_counts(document_of("second_order"))[0]
    with pytest.raises(ValueError, match="784 elements, not in 1"):
        replace(claim, d=1).final(
            Evidence(
                claim_and_counts(document_of("second_order"))[1].hits,
                gradient=GradientSums(
                    784, 0, 0.0, all_pairs=AllPairsMean(Weights.SCORES, 100_000, 784, 0.01, 1e-8)
                ),
            )
        )
