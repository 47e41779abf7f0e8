"""Check a certificate without trusting who issued it: bounds and radius are computed again from its counts.

What this cannot show is that the counts were truly sampled; for that, run the job again with its
seed and model and compare the counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from certificates import Bounds, Certificate, Certifier, Evidence, certify
from client.verdict import UnreadableCertificate, Verdict

RELATIVE_TOLERANCE = 1e-9
"""Numbers beside the radius may differ by this much between versions of SciPy; no radius may be larger."""

_SHARED_WITH_REQUEST = ("certifier", "bounds", "sigma", "eta", "n", "n0", "seed", "input")
_COUNTS = {
    Certifier.FIRST_ORDER: {"hits"},
    Certifier.SECOND_ORDER: {"hits", "gradient"},
    Certifier.DIPOLE: {"pairs"},
}


def verify(document: Mapping[str, Any]) -> Verdict:
    """Recompute a certificate from its counts and compare.

    Args:
        document: the service's answer for a succeeded job, or its ``certificate`` alone.

    Returns:
        The verdict, with one sentence for each claim that the counts do not support.

    Raises:
        UnreadableCertificate: the document holds no certificate that could be checked.

    """
    claim = _certificate(document)
    evidence = _evidence(claim)
    try:
        certificate = certify(
            Certifier(claim["certifier"]),
            evidence,
            _number(claim, "sigma"),
            _number(claim, "eta"),
            Bounds(claim["bounds"]),
        )
    except (ValueError, ArithmeticError) as error:
        raise UnreadableCertificate(f"nothing can be computed from this certificate: {error}") from error
    claimed = _number(claim, "radius")
    faults = [
        *_radius_faults(claimed, certificate.radius),
        *_eta_faults(claim),
        *_sample_faults(claim, evidence),
        *_other_faults(claim, certificate),
        *_request_faults(document, claim),
    ]
    return Verdict(claimed, certificate.radius, tuple(faults))


def _certificate(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise UnreadableCertificate("the document is not a JSON object")
    if "status" in document and document["status"] != "succeeded":
        raise UnreadableCertificate(f"the job is {document['status']}: it has no certificate")
    claim = document.get("certificate", document)
    if not isinstance(claim, Mapping):
        raise UnreadableCertificate("the document holds no certificate")
    needed = {"certifier", "bounds", "sigma", "eta", "n", "radius", "abstained", "eta_spent", "counts"}
    if missing := needed - claim.keys():
        raise UnreadableCertificate(f"the certificate lacks {', '.join(sorted(missing))}")
    if not isinstance(claim["counts"], Mapping) or not isinstance(claim["eta_spent"], Mapping):
        raise UnreadableCertificate("counts and eta_spent must be objects")
    return claim


def _evidence(claim: Mapping[str, Any]) -> Evidence:
    try:
        evidence = Evidence.from_dict(claim["counts"])
        expected = _COUNTS[Certifier(claim["certifier"])]
    except ValueError as error:
        raise UnreadableCertificate(f"the counts cannot be used: {error}") from error
    measured = {name for name in ("hits", "pairs", "gradient") if getattr(evidence, name) is not None}
    if measured != expected:
        raise UnreadableCertificate(
            f"a {claim['certifier']} certificate counts {' and '.join(sorted(expected))}, "
            f"this one {' and '.join(sorted(measured))}"
        )
    return evidence


def _number(values: Mapping[str, Any], name: str) -> float:
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnreadableCertificate(f"{name} must be a finite number")
    return float(value)


def _radius_faults(claimed: float, supported: float) -> Iterator[str]:
    if claimed > supported:
        yield f"the radius {claimed!r} is too large: the counts support {supported!r}"
    elif not math.isclose(claimed, supported, rel_tol=RELATIVE_TOLERANCE):
        yield f"the radius {claimed!r} is not the one that the counts give, {supported!r}"


def _eta_faults(claim: Mapping[str, Any]) -> Iterator[str]:
    spent = math.fsum(_number(claim["eta_spent"], name) for name in claim["eta_spent"])
    if spent > _number(claim, "eta"):
        yield f"the bounds spend {spent!r} in all, more than eta {claim['eta']!r}"


def _sample_faults(claim: Mapping[str, Any], evidence: Evidence) -> Iterator[str]:
    if claim["n"] != evidence.n:
        yield f"n is {claim['n']!r}, but {evidence.n} evaluations were counted"
    if evidence.gradient is not None and (d := _input_elements(claim)) not in {None, evidence.gradient.d}:
        yield f"the input has {d} elements, but the gradient was measured in {evidence.gradient.d}"
    prediction = claim.get("prediction")
    if evidence.hits is not None and isinstance(prediction, Mapping):
        index = prediction.get("index")
        if index != evidence.hits.target:
            yield f"the prediction is class {index!r}, but class {evidence.hits.target} was counted"


def _input_elements(claim: Mapping[str, Any]) -> int | None:
    """Return the number of elements of the input, where the certificate states its shape."""
    given = claim.get("input")
    sides = given.get("shape") if isinstance(given, Mapping) else None
    if not isinstance(sides, list) or not all(isinstance(side, int) for side in sides):
        return None
    return int(math.prod(sides))


def _other_faults(claim: Mapping[str, Any], certificate: Certificate) -> Iterator[str]:
    """Compare whatever else the certificate states with what the counts give."""
    expected = certificate.to_dict()
    for name in ("abstained", "norm", "p_a", "c_s", "c_n", "gradient_norm", "eta_spent"):
        if name in claim:
            yield from _differences(name, claim[name], expected[name])


def _differences(name: str, claimed: object, expected: object) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(claimed, Mapping) and claimed.keys() == expected.keys():
        for key, value in expected.items():
            yield from _differences(f"{name}.{key}", claimed[key], value)
    elif not _agree(claimed, expected):
        yield f"{name} is {claimed!r}, but the counts give {expected!r}"


def _agree(claimed: object, expected: object) -> bool:
    if isinstance(claimed, bool) or isinstance(expected, bool):
        return claimed is expected
    if isinstance(claimed, int | float) and isinstance(expected, int | float):
        return math.isclose(claimed, expected, rel_tol=RELATIVE_TOLERANCE)
    return claimed == expected


def _request_faults(document: Mapping[str, Any], claim: Mapping[str, Any]) -> Iterator[str]:
    """Compare the certificate with the request it stands beside."""
    request = document.get("request")
    if not isinstance(request, Mapping) or claim is document:
        return
    for name in _SHARED_WITH_REQUEST:
        if name in request and name in claim and request[name] != claim[name]:
            yield f"{name} was requested as {request[name]!r}, but the certificate says {claim[name]!r}"
    model = claim.get("model")
    if isinstance(model, Mapping):
        for name, field in (("name", "model"), ("sha256", "model_sha256")):
            if field in request and model.get(name) != request[field]:
                yield f"{field} was requested as {request[field]!r}, the certificate says {model.get(name)!r}"
