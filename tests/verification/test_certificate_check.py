"""A certificate is accepted as it was issued, and refused after any tampering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Claim,
    EndedBy,
    Evidence,
    HitCounts,
    Noise,
)
from certify_client import UnreadableCertificate
from tests.support.plain_certificates import EVIDENCE, document, plain, plain_claim
from verification.certificate_check import verify

Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_true_certificate_holds(certifier: Certifier) -> None:
    answer = plain(certifier)
    assert verify(answer).faults == ()
    assert verify(answer["certificate"]).holds
    assert verify(answer).radius == answer["certificate"]["radius"] > 0


def test_abstention_holds() -> None:
    claim = plain_claim(FIRST_ORDER, n=10)
    verdict = verify(document(claim, Evidence(hits=HitCounts(10, 1, (5, 5)))))
    assert verdict.holds
    assert verdict.radius == 0.0


PAIRED = EVIDENCE[DIPOLE]
OTHER_KINDS = {
    "tight": (plain_claim(DIPOLE, bounds=Bounds.TIGHT), PAIRED, EndedBy.SAMPLES),
    "cancelled": (plain_claim(DIPOLE, bounds=Bounds.TIGHT, n=9000), PAIRED, EndedBy.CANCELLED),
    "stopped": (
        plain_claim(DIPOLE, bounds=Bounds.TIGHT, n=9000, stop_radius=0.1),
        PAIRED,
        EndedBy.STOP_RADIUS,
    ),
    "discrete": (
        plain_claim(DIPOLE, noise=Noise.DISCRETE, grid_steps=63.75),
        PAIRED,
        EndedBy.SAMPLES,
    ),
}


@pytest.mark.parametrize(("claim", "evidence", "ended_by"), OTHER_KINDS.values(), ids=OTHER_KINDS.keys())
def test_every_kind_of_claim(claim: Claim, evidence: Evidence, ended_by: EndedBy) -> None:
    answer = document(claim, evidence, ended_by)
    assert verify(answer).faults == ()
    assert verify(answer).radius > 0
    answer["certificate"]["radius"] *= 1.001
    assert not verify(answer).holds


def test_steps_of_discrete_noise_must_be_those_of_sigma() -> None:
    claim = plain_claim(DIPOLE, noise=Noise.DISCRETE, grid_steps=63.75 / 2)
    assert not verify(document(claim, PAIRED)).holds


def test_stop_radius_of_another_request() -> None:
    claim, evidence, ended_by = OTHER_KINDS["stopped"]
    answer = document(claim, evidence, ended_by)
    answer["request"]["stop"] = {"radius": 0.2}
    assert not verify(answer).holds


def everywhere(name: str, value: object) -> Change:
    """Change a field of the certificate, of its claim and of the request beside it."""

    def change(answer: dict[str, Any]) -> None:
        certificate = answer["certificate"]
        answer["request"][name] = certificate[name] = certificate["claim"][name] = value

    return change


def stated(*path: str, to: object) -> Change:
    """Change one field of the certificate."""

    def change(answer: dict[str, Any]) -> None:
        place = answer["certificate"]
        for name in path[:-1]:
            place = place[name]
        assert path[-1] in place
        place[path[-1]] = to

    return change


def one_unit(direction: float) -> Change:
    """Change the radius by the last of its six digits."""

    def change(answer: dict[str, Any]) -> None:
        answer["certificate"]["radius"] += direction * 1e-6

    return change


ANYWHERE = {
    "radius a little larger": one_unit(+1),
    "radius a little smaller": one_unit(-1),
    "radius of an abstention": stated("abstained", to=True),
    "eta": everywhere("eta", 0.01),
    "eta, smaller": everywhere("eta", 0.0001),
    "eta without the claim": stated("eta", to=0.01),
    "bounds": everywhere("bounds", "tight"),
    "end": stated("ended_by", to="stop_radius"),
    "dimension of the claim": stated("claim", "d", to=10),
    "eta of the request": lambda answer: answer["request"].update(eta=0.01),
    "sigma": everywhere("sigma", 0.5),
    "n": everywhere("n", 2000),
    "n0": stated("n0", to=1),
    "seed": stated("seed", to="8"),
    "model": stated("model", "sha256", to="bb"),
    "input": stated("input", "sha256", to="11"),
    "p_a": stated("p_a", "lower", to=0.999),
    "eta_spent": stated("eta_spent", to={}),
    "eta_spent text": lambda answer: answer["certificate"]["eta_spent"].update(p_a="0.001"),
    "more eta spent than there is": stated("eta_spent", to={"p_a": 0.0009, "other": 0.0009}),
}
HIT_CHANGES = {
    "votes moved to the class": stated("counts", "hits", "per_class", to=[2, 990, 8]),
    "more samples": stated("counts", "hits", to={"n": 2000, "target": 1, "per_class": [12, 1980, 8]}),
    "another class": stated("prediction", "index", to=0),
    "a class that is none": stated("prediction", "index", to=[]),
    "no class": stated("prediction", "index", to=None),
    "counts of another certifier": stated("counts", to=EVIDENCE[DIPOLE].to_dict()),
}
PAIR_CHANGES = {
    "pairs moved to both": stated("counts", "pairs", "both", to=485),
    "more pairs": stated("counts", "pairs", "pairs", to=501),
    "c_n": stated("c_n", "lower", to=0.02),
}
GRADIENT_CHANGES = {
    "gradient sum": stated("counts", "gradient", "paired_sum", to=0.0),
    "gradient bound": stated("gradient_norm", "upper", to=0.0),
    "dimension": stated("counts", "gradient", "d", to=10),
    "dimension, the other way": stated("input", "shape", to=[10]),
}
CASES = [
    *((certifier, name, change) for certifier in CERTIFIERS for name, change in ANYWHERE.items()),
    *((FIRST_ORDER, name, change) for name, change in HIT_CHANGES.items()),
    *((SECOND_ORDER, name, change) for name, change in (HIT_CHANGES | GRADIENT_CHANGES).items()),
    *((DIPOLE, name, change) for name, change in PAIR_CHANGES.items()),
]


@pytest.mark.parametrize(
    ("certifier", "change"), [pytest.param(c, change, id=f"{c}-{name}") for c, name, change in CASES]
)
def test_tampering_is_found(certifier: Certifier, change: Change) -> None:
    answer = plain(certifier)
    change(answer)
    verdict = verify(answer)
    assert not verdict.holds
    assert all(isinstance(fault, str) and fault for fault in verdict.faults)


def test_radius_never_larger_than_the_counts_support() -> None:
    answer = plain(DIPOLE)
    supported = answer["certificate"]["radius"]
    answer["certificate"]["radius"] = supported * (1 + 1e-12)
    assert not verify(answer).holds


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "no counts": lambda c: c.pop("counts"),
    "no claim": lambda c: c.pop("claim"),
    "negative votes": lambda c: c["counts"]["hits"].update(per_class=[-1, 993, 8]),
    "votes that do not sum": lambda c: c["counts"]["hits"].update(n=7),
    "votes past any number": lambda c: c["counts"]["hits"].update(n=10**400, per_class=[0, 10**400, 0]),
    "certifier": lambda c: c["claim"].update(certifier="third_order"),
    "bounds": lambda c: c["claim"].update(bounds="loose"),
    "claim of nothing": lambda c: c.update(claim=None),
    "counts of nothing": lambda c: c.update(counts=[]),
    "end": lambda c: c.update(ended_by="boredom"),
    "radius not a number": lambda c: c.update(radius=float("nan")),
    "radius text": lambda c: c.update(radius="1"),
    "sigma text": lambda c: c["claim"].update(sigma="0.25"),
}
IMPOSSIBLE: dict[str, Callable[[dict[str, Any]], object]] = {
    "sigma zero": lambda c: c["claim"].update(sigma=0),
    "eta one": lambda c: c["claim"].update(eta=1.0),
    "eta past one half": lambda c: c["claim"].update(eta=0.999999),
}


@pytest.mark.parametrize("change", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_claim_that_nothing_supports(change: Callable[[dict[str, Any]], object]) -> None:
    answer = plain(FIRST_ORDER)
    change(answer["certificate"])
    assert not verify(answer).holds
    assert verify(answer).radius == 0.0


@pytest.mark.parametrize(
    "answer", [[], {}, {"status": "running", "certificate": None}, {"certificate": "none"}], ids=str
)
def test_documents_without_a_certificate(answer: Any) -> None:
    with pytest.raises(UnreadableCertificate):
        verify(answer)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_checked_is_said(change: Callable[[dict[str, Any]], object]) -> None:
    answer = plain(FIRST_ORDER)
    change(answer["certificate"])
    with pytest.raises(UnreadableCertificate):
        verify(answer)
