"""A certificate is accepted as it was issued, and refused after any tampering."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from certificates import Bounds, Certifier, Evidence, GradientSums, HitCounts, PairCounts, certify
from client import UnreadableCertificate
from client.verification import verify

EVIDENCE = {
    Certifier.FIRST_ORDER: Evidence(hits=HitCounts(1000, 1, (12, 980, 8))),
    Certifier.SECOND_ORDER: Evidence(
        hits=HitCounts(1000, 1, (12, 980, 8)), gradient=GradientSums(784, 500, 1.5)
    ),
    Certifier.DIPOLE: Evidence(pairs=PairCounts(500, 480, 8, 7)),
}
ABSTAINING = Evidence(hits=HitCounts(10, 1, (5, 5)))

Change = Callable[[dict[str, Any]], None]


def document(certifier: Certifier, evidence: Evidence | None = None) -> dict[str, Any]:
    """Return what the service answers, after a round trip through JSON."""
    counted = EVIDENCE[certifier] if evidence is None else evidence
    certificate = certify(certifier, counted, 0.25, 0.001, Bounds.PAPER)
    claim = certificate.to_dict() | {
        "counts": counted.to_dict(),
        "prediction": {"index": 1, "label": "one"},
        "n0": 100,
        "seed": "7",
        "input": {"shape": [1, 28, 28], "sha256": "00"},
        "model": {"name": "mnist", "sha256": "aa"},
    }
    names = ("certifier", "bounds", "sigma", "eta", "n", "n0", "seed", "input")
    request = {name: claim[name] for name in names} | {"model": "mnist", "model_sha256": "aa"}
    answer = {"id": "x", "status": "succeeded", "request": request, "certificate": claim}
    read: dict[str, Any] = json.loads(json.dumps(answer))
    return read


@pytest.mark.parametrize("certifier", Certifier)
def test_true_certificate_holds(certifier: Certifier) -> None:
    answer = document(certifier)
    assert verify(answer).faults == ()
    assert verify(answer["certificate"]).holds
    assert verify(answer).radius == answer["certificate"]["radius"] > 0


def test_abstention_holds() -> None:
    verdict = verify(document(Certifier.FIRST_ORDER, ABSTAINING))
    assert verdict.holds
    assert verdict.radius == 0.0


def both(name: str, value: object) -> Change:
    """Change a field in the certificate and in the request beside it."""

    def change(answer: dict[str, Any]) -> None:
        answer["request"][name] = answer["certificate"][name] = value

    return change


def claim(*path: str, to: object) -> Change:
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
    "radius of an abstention": claim("abstained", to=True),
    "eta": both("eta", 0.01),
    "eta, smaller": both("eta", 0.0001),
    "eta of the request": lambda answer: answer["request"].update(eta=0.01),
    "sigma": both("sigma", 0.5),
    "n": both("n", 2000),
    "n0": claim("n0", to=1),
    "seed": claim("seed", to="8"),
    "model": claim("model", "sha256", to="bb"),
    "input": claim("input", "sha256", to="11"),
    "p_a": claim("p_a", "lower", to=0.999),
    "eta_spent": claim("eta_spent", to={}),
    "more eta spent than there is": claim("eta_spent", to={"p_a": 0.0009, "other": 0.0009}),
}
HITS = {
    "votes moved to the class": claim("counts", "hits", "per_class", to=[2, 990, 8]),
    "more samples": claim("counts", "hits", to={"n": 2000, "target": 1, "per_class": [12, 1980, 8]}),
    "another class": claim("prediction", "index", to=0),
}
PAIRS = {
    "pairs moved to both": claim("counts", "pairs", "both", to=485),
    "more pairs": claim("counts", "pairs", "pairs", to=501),
    "c_n": claim("c_n", "lower", to=0.02),
}
GRADIENT = {
    "gradient sum": claim("counts", "gradient", "paired_sum", to=0.0),
    "gradient bound": claim("gradient_norm", "upper", to=0.0),
    "dimension": claim("counts", "gradient", "d", to=10),
    "dimension, the other way": claim("input", "shape", to=[10]),
}
CASES = [
    *((certifier, name, change) for certifier in Certifier for name, change in ANYWHERE.items()),
    *((Certifier.FIRST_ORDER, name, change) for name, change in HITS.items()),
    *((Certifier.SECOND_ORDER, name, change) for name, change in (HITS | GRADIENT).items()),
    *((Certifier.DIPOLE, name, change) for name, change in PAIRS.items()),
]


@pytest.mark.parametrize(
    ("certifier", "change"), [pytest.param(c, change, id=f"{c}-{name}") for c, name, change in CASES]
)
def test_tampering_is_found(certifier: Certifier, change: Change) -> None:
    answer = document(certifier)
    change(answer)
    verdict = verify(answer)
    assert not verdict.holds
    assert all(isinstance(fault, str) and fault for fault in verdict.faults)


def test_radius_never_larger_than_the_counts_support() -> None:
    answer = document(Certifier.DIPOLE)
    supported = answer["certificate"]["radius"]
    answer["certificate"]["radius"] = supported * (1 + 1e-12)
    assert not verify(answer).holds


BROKEN = {
    "no counts": lambda c: c.pop("counts"),
    "counts of another certifier": lambda c: c.update(counts=EVIDENCE[Certifier.DIPOLE].to_dict()),
    "negative votes": lambda c: c["counts"]["hits"].update(per_class=[-1, 993, 8]),
    "votes that do not sum": lambda c: c["counts"]["hits"].update(n=7),
    "votes past any number": lambda c: c["counts"]["hits"].update(n=10**400, per_class=[0, 10**400, 0]),
    "certifier": lambda c: c.update(certifier="third_order"),
    "bounds": lambda c: c.update(bounds="loose"),
    "sigma zero": lambda c: c.update(sigma=0),
    "eta one": lambda c: c.update(eta=1.0),
    "radius not a number": lambda c: c.update(radius=float("nan")),
    "radius text": lambda c: c.update(radius="1"),
    "eta_spent text": lambda c: c.update(eta_spent={"p_a": "0.001"}),
}


@pytest.mark.parametrize(
    "answer", [[], {}, {"status": "running", "certificate": None}, {"certificate": "none"}], ids=str
)
def test_documents_without_a_certificate(answer: Any) -> None:
    with pytest.raises(UnreadableCertificate):
        verify(answer)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_checked_is_said(change: Callable[[dict[str, Any]], object]) -> None:
    answer = copy.deepcopy(document(Certifier.FIRST_ORDER))
    change(answer["certificate"])
    with pytest.raises(UnreadableCertificate):
        verify(answer)
