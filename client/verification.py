"""Check a certificate without trusting who issued it: bounds and radius are computed again from its counts.

What this cannot show is that the counts were truly sampled, which class the pairs of a dipole counted, or
that gradient sums were formed as they should be; for that, run the job again with its seed and model and
compare the counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from certificates import Certificate, Claim, EndedBy, Evidence, Noise
from certificates.discretisation import grid_steps
from client.verdict import UnreadableCertificate, Verdict

RELATIVE_TOLERANCE = 1e-9
"""Numbers beside the radius may differ by this much between versions of SciPy; no radius may be larger."""

_NEEDED = frozenset({"radius", "ended_by", "claim", "counts"})
_OF_CLAIM = ("certifier", "bounds", "sigma", "eta", "n", "decision", "noise")
_OF_CERTIFICATE = ("n0", "seed")
_OF_MODEL = {"name": "model", "sha256": "model_sha256"}


def verify(document: Mapping[str, Any]) -> Verdict:
    """Recompute a certificate from its counts and compare everything it states.

    Args:
        document: the service's answer for a job that has a certificate, or its ``certificate`` alone.
            With the whole answer, the certificate must also be one for the request beside it.

    Returns:
        The verdict, with one sentence for each statement that the counts do not support.

    Raises:
        UnreadableCertificate: the document holds no certificate that could be checked.

    """
    stated = _certificate(document)
    claimed = _radius(stated)
    try:
        claim, evidence = Claim.from_dict(stated["claim"]), Evidence.from_dict(stated["counts"])
        ended_by = EndedBy(stated["ended_by"])
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise UnreadableCertificate(f"the certificate cannot be read: {error}") from error
    faults = [*_context_faults(stated, claim, evidence), *_request_faults(document, stated, claim)]
    try:
        certificate = claim.certificate(evidence, ended_by)
    except (ValueError, ArithmeticError) as error:
        return Verdict(claimed, 0.0, (f"the counts support no such certificate: {error}", *faults))
    found = [*_radius_faults(claimed, certificate.radius), *_other_faults(stated, certificate), *faults]
    return Verdict(claimed, certificate.radius, tuple(found))


def _certificate(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise UnreadableCertificate("the document is not a JSON object")
    stated = document.get("certificate", document)
    if not isinstance(stated, Mapping):
        state = document.get("status", "of an unknown state")
        raise UnreadableCertificate(f"the document holds no certificate; the job is {state}")
    if missing := _NEEDED - stated.keys():
        raise UnreadableCertificate(f"the certificate lacks {', '.join(sorted(missing))}")
    return stated


def _radius(stated: Mapping[str, Any]) -> float:
    radius = stated["radius"]
    if isinstance(radius, bool) or not isinstance(radius, int | float) or not abs(radius) < math.inf:
        raise UnreadableCertificate("radius must be a finite number")
    try:
        return float(radius)
    except OverflowError as error:
        raise UnreadableCertificate("radius must be a finite number") from error


def _radius_faults(claimed: float, supported: float) -> Iterator[str]:
    if claimed > supported:
        yield f"the radius {claimed!r} is too large: the counts support {supported!r}"
    elif not math.isclose(claimed, supported, rel_tol=RELATIVE_TOLERANCE):
        yield f"the radius {claimed!r} is not the one that the counts give, {supported!r}"


def _other_faults(stated: Mapping[str, Any], certificate: Certificate) -> Iterator[str]:
    """Compare whatever else the certificate states, the division of eta included, with what it should."""
    for name, expected in certificate.to_dict().items():
        if name not in stated:
            yield f"{name} is not stated"
        elif name != "radius":
            yield from _differences(name, stated[name], expected)


def _differences(name: str, stated: object, expected: object) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(stated, Mapping) and stated.keys() == expected.keys():
        for key, value in expected.items():
            yield from _differences(f"{name}.{key}", stated[key], value)
    elif not _agree(stated, expected):
        yield f"{name} is {_shown(stated)}, but the counts give {_shown(expected)}"


def _agree(stated: object, expected: object) -> bool:
    if isinstance(stated, bool) or isinstance(expected, bool):
        return stated is expected
    if isinstance(stated, int | float) and isinstance(expected, int | float):
        return math.isclose(stated, expected, rel_tol=RELATIVE_TOLERANCE)
    return stated == expected


def _context_faults(stated: Mapping[str, Any], claim: Claim, evidence: Evidence) -> Iterator[str]:
    """Compare the claim with the input and the prediction that the certificate names."""
    prediction = _object(stated, "prediction").get("index")
    if isinstance(prediction, bool) or not isinstance(prediction, int):
        yield "prediction.index is not stated"
    elif evidence.hits is not None and prediction != evidence.hits.target:
        yield f"the prediction is class {_shown(prediction)}, but class {evidence.hits.target} was counted"
    given = _object(stated, "input")
    shape = given.get("shape")
    if isinstance(shape, list) and _elements(shape) != claim.d:
        yield f"the input has shape {_shown(shape)}, but the claim is about {claim.d} elements"
    if claim.noise is Noise.DISCRETE and claim.grid_steps != _grid_steps(given.get("scale"), claim.sigma):
        yield f"the claim says {_shown(claim.grid_steps)} steps, which is not sigma on the input's scale"


def _elements(shape: list[Any]) -> int | None:
    return math.prod(shape) if all(isinstance(side, int) for side in shape) else None


def _grid_steps(scale: object, sigma: float) -> float | None:
    """Return sigma in steps of the grid of 8-bit pixels on a scale as text, ``[low,high]``."""
    try:
        low, high = json.loads(str(scale))
        return grid_steps(sigma, low, high)
    except (ValueError, TypeError, ArithmeticError):
        return None


def _request_faults(document: Mapping[str, Any], stated: Mapping[str, Any], claim: Claim) -> Iterator[str]:
    """Compare the certificate with the request it stands beside."""
    request = document.get("request")
    if stated is document or not isinstance(request, Mapping):
        return
    fixed = claim.to_dict()
    pairs = [(name, fixed[name]) for name in _OF_CLAIM]
    pairs += [(name, stated.get(name)) for name in _OF_CERTIFICATE]
    pairs += [(field, _object(stated, "model").get(name)) for name, field in _OF_MODEL.items()]
    pairs += [("stop", None if claim.stop_radius is None else {"radius": claim.stop_radius})]
    for name, value in pairs:
        if request.get(name) != value:
            yield f"{name} was requested as {_shown(request.get(name))}, the certificate says {_shown(value)}"
    asked, given = _object(request, "input").get("sha256"), _object(stated, "input").get("sha256")
    if asked != given:
        yield f"the certificate is about another input, {_shown(given)} instead of {_shown(asked)}"


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}


def _shown(value: object) -> str:
    return repr(value)[:200]
