"""The answer in words: estimates beside bounds, how far n reaches, and what to change after abstaining."""

from __future__ import annotations

from typing import Any

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    Bounds,
    Certifier,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    HitCounts,
    PairCounts,
)
from certificates.claim.farthest import largest_radius
from certify_client import answer

FIRST = FIRST_ORDER


def document(
    claim: Claim, evidence: Evidence, ended_by: EndedBy = EndedBy.SAMPLES, label: str = "cat"
) -> dict[str, Any]:
    """Return a certificate as the service answers with it, without what the words do not use."""
    return {
        **claim.certificate(evidence, ended_by).to_dict(),
        "claim": claim.to_dict(),
        "counts": evidence.to_dict(),
        "prediction": {"index": 0, "label": label},
        "clean_prediction": None,
        "radius_unit": "L2 distance",
        "model": {"name": "mine", "runtime": "onnxruntime 1", "provider": "CPUExecutionProvider"},
        "seed": "1",
    }


def votes(*per_class: int) -> Evidence:
    return Evidence(HitCounts(sum(per_class), 0, per_class))


def asked(n: int, certifier: Certifier = FIRST, decision: Decision = Decision.MAJORITY) -> Claim:
    return Claim(certifier, Bounds.TIGHT, sigma=0.5, eta=0.001, n=n, d=4, decision=decision)


def test_each_bound_stands_beside_its_estimate() -> None:
    said = answer.certified(document(asked(1000), votes(900, 100))).plain
    assert "p_a >= 0.867" in said
    assert "(estimate 0.900000)" in said
    pairs = Evidence(pairs=PairCounts(500, 400, 30, 40, 0))
    said = answer.certified(document(asked(1000, DIPOLE), pairs)).plain
    for estimate in ("0.870000", "0.800000", "0.070000"):
        assert f"(estimate {estimate})" in said


def test_another_class_that_limits_the_radius_is_shown() -> None:
    claim = asked(1000, decision=Decision.MULTICLASS)
    said = answer.certified(document(claim, votes(600, 300, 100))).plain
    assert "p_other <= 0.3" in said
    assert "(estimate 0.300000)" in said


def test_a_certificate_says_how_far_its_n_could_reach() -> None:
    claim = asked(1000)
    said = answer.certified(document(claim, votes(900, 100))).plain
    assert (
        f"Had every one of n = 1,000 samples been a hit, the radius would be {largest_radius(claim)}" in said
    )


@pytest.mark.parametrize(
    ("claim", "evidence", "said", "unsaid"),
    [
        (asked(4), votes(4, 0), "n = 4 is too small to certify anything at eta 0.001", "smaller sigma"),
        (asked(1000), votes(510, 490), "51% of them, which is more than 50%", "trained"),
        (asked(1000), votes(450, 550), "45% of them, not more than half of them. A larger n", "multiclass"),
        (asked(1000), votes(450, 300, 250), "The multiclass decision asks for less", "about n ="),
        (asked(1000), votes(500, 500), "50% of them, not more than half of them", "about n ="),
        (
            asked(1000, DIPOLE),
            Evidence(pairs=PairCounts(500, 100, 100, 100, 0)),
            "use a smaller sigma, or a classifier trained with noise",
            "multiclass",
        ),
        (
            asked(1000, decision=Decision.MULTICLASS),
            votes(300, 330, 370),
            "30% of them, not more than the 37% of another class",
            "about n =",
        ),
        (
            asked(1000, decision=Decision.MULTICLASS),
            votes(360, 330, 310),
            "36% of them, which is more than 33%",
            "trained",
        ),
    ],
)
def test_what_to_change_follows_from_the_numbers(
    claim: Claim, evidence: Evidence, said: str, unsaid: str
) -> None:
    told = answer.abstained(document(claim, evidence)).plain
    assert said in told
    assert unsaid not in told
    assert "(estimate 0." in told or claim.n == 4


def test_the_n_that_is_named_is_enough_if_the_share_holds() -> None:
    said = answer.abstained(document(asked(1000), votes(510, 490))).plain
    named = int(said.split("about n = ")[1].split(" ")[0].replace(",", ""))
    assert asked(named).final(votes(51 * named // 100, named - 51 * named // 100)).radius > 0.0
    assert named < 100_000


@pytest.mark.parametrize(
    ("clean", "said"),
    [
        ({"index": 0, "label": "cat"}, "Without noise the base classifier answers 'cat' (class 0), too.\n"),
        ({"index": 1, "label": "dog"}, "Without noise the base classifier answers 'dog' (class 1).\n"),
    ],
)
def test_the_answer_without_noise_is_told(clean: dict[str, Any], said: str) -> None:
    for words, evidence in ((answer.certified, votes(900, 100)), (answer.abstained, votes(450, 550))):
        told = document(asked(1000), evidence) | {"clean_prediction": clean}
        assert said in words(told).plain
        assert "Without noise" not in words(told | {"clean_prediction": None}).plain


def test_warnings_take_the_place_of_the_same_advice() -> None:
    told = answer.abstained(document(asked(1000), votes(450, 550)), ["Trained without noise."]).plain
    assert "Trained without noise.\n" in told
    assert "use a smaller sigma" not in told


def test_a_cancelled_job_is_told_to_run_longer() -> None:
    said = answer.abstained(document(asked(10_000), votes(6, 4), EndedBy.CANCELLED)).plain
    assert "60% of them, which is more than 50%" in said
    nothing = answer.abstained(document(asked(10_000), votes(0, 0), EndedBy.CANCELLED)).plain
    assert "No samples were counted: let the job run longer." in nothing
