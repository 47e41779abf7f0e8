"""Compare a certificate with its context: the input, the prediction, the request and the job's end."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from certificates import Claim, EndedBy, Evidence
from verification.certificate_comparison import shown
from verification.verdict import Check, UnreadableCertificate

_OF_CLAIM = ("certifier", "bounds", "sigma", "eta", "n", "decision", "k", "noise")
_OF_CERTIFICATE = ("n0", "seed")
_OF_MODEL = {"name": "model", "sha256": "model_sha256"}
_OF_INPUT = frozenset({"shape", "scale", "sha256", "source", "conversions"})
_OF_PREDICTION = frozenset({"index", "label"})
_STATED = {"model": ("name", "sha256"), "input": ("scale", "sha256"), "prediction": ("label",)}
_ENDS = {
    "succeeded": frozenset({EndedBy.SAMPLES, EndedBy.STOP_RADIUS, EndedBy.OUT_OF_REACH}),
    "cancelled": frozenset({EndedBy.CANCELLED}),
}
_LONGEST_SCALE = 100
"""Longest text that is read as a scale. A choice: two float64 numbers with all digits take 50 characters."""

END = "The job ended as the certificate says."
REQUEST = "The model, the input and the parameters are those that were asked for."
WITHOUT_REQUEST = (
    "the document does not hold the request: whether model, input, certifier, bounds, noise, decision, "
    "sigma, n, n0, eta, seed and the radius to stop at are those that were asked for could not be checked"
)
WITHOUT_STATUS = (
    "the document does not hold the job's status: whether the job ended as the certificate says could not be "
    "checked"
)


def context_faults(stated: Mapping[str, Any], claim: Claim, evidence: Evidence, where: str) -> Iterator[str]:
    """Compare the claim with the input and the prediction that the certificate names.

    ``where`` stands before the names of the certificate's fields in the document.

    Raises UnreadableCertificate if the input's shape is not a list of positive whole numbers, since a
    second-order radius depends on the number of input elements.
    """
    index = _object(stated, "prediction").get("index")
    if type(index) is not int or index != evidence.target:
        yield f"the prediction is class {shown(index)}, but class {evidence.target} was counted"
    yield from _unstated(stated)
    given = _object(stated, "input")
    elements = _elements(f"{where}input.shape", given.get("shape"))
    if elements != claim.d:
        yield f"the input has shape {shown(given['shape'])}, but the claim is about {claim.d} elements"
    if claim.grid_steps != _grid_steps(claim, given.get("scale")):
        yield f"the claim says {shown(claim.grid_steps)} steps, which is not sigma on the input's scale"
    if "radius_unit" in stated and stated["radius_unit"] not in _units(given):
        yield f"radius_unit is {shown(stated['radius_unit'])}, which is not the input's scale"


def request_check(document: Mapping[str, Any], stated: Mapping[str, Any], claim: Claim) -> Check:
    """Compare the certificate with the request, if the document holds it.

    Raises UnreadableCertificate if the request is not an object.
    """
    request = None if stated is document else document.get("request")
    if request is None:
        return Check("request", REQUEST, unchecked=WITHOUT_REQUEST)
    if not isinstance(request, Mapping):
        raise UnreadableCertificate("request", "must be an object")
    return Check("request", REQUEST, tuple(_request_faults(request, stated, claim)))


def end_check(document: Mapping[str, Any], stated: Mapping[str, Any], claim: Claim) -> Check:
    """Compare the certificate with how the job ended, if the document holds the job's status."""
    if stated is document or "status" not in document:
        return Check("end", END, unchecked=WITHOUT_STATUS)
    return Check("end", END, tuple(_end_faults(document, stated, claim)))


def _request_faults(request: Mapping[str, Any], stated: Mapping[str, Any], claim: Claim) -> Iterator[str]:
    stop = None if claim.stop_radius is None else {"radius": claim.stop_radius, "give_up": claim.give_up}
    if "stop" not in request or request["stop"] != stop:
        yield f"stop was requested as {shown(request.get('stop'))}, the certificate says {shown(stop)}"
    fixed = claim.to_dict()
    pairs = [(name, fixed[name]) for name in _OF_CLAIM]
    pairs += [(name, stated.get(name)) for name in _OF_CERTIFICATE]
    pairs += [(field, _object(stated, "model").get(name)) for name, field in _OF_MODEL.items()]
    for name, value in pairs:
        if name not in request or not _same(request[name], value):
            yield f"{name} was requested as {shown(request.get(name))}, the certificate says {shown(value)}"
    asked, given = _object(request, "input"), _object(stated, "input")
    for name in sorted(asked.keys() | given.keys()):
        if asked.get(name) != given.get(name):
            yield (
                f"the certificate is about another input: its {shown(name)} is {shown(given.get(name))}, but "
                f"{shown(asked.get(name))} was requested"
            )


def _end_faults(document: Mapping[str, Any], stated: Mapping[str, Any], claim: Claim) -> Iterator[str]:
    status = document["status"]
    ends = _ENDS.get(status, frozenset()) if isinstance(status, str) else frozenset()
    if stated["ended_by"] not in ends:
        yield f"the job is {shown(status)}, which no certificate with ended_by {stated['ended_by']!r} has"
    if document.get("failure") is not None:
        yield "the job has failed, so it has no certificate"
    progress = document.get("progress")
    if progress is not None:
        total = _object(document, "progress").get("samples_total")
        if not _same(total, claim.n):
            yield f"the job was to take {shown(total)} samples, the claim says {claim.n}"


def _unstated(stated: Mapping[str, Any]) -> Iterator[str]:
    """Name required fields about the job that are missing, and fields that no certificate has."""
    n0 = stated.get("n0")
    if type(n0) is not int:
        yield "n0 is not stated"
    elif n0 < 1:
        yield f"n0 is {n0}, but samples selected the class"
    if not isinstance(stated.get("seed"), str):
        yield "seed is not stated"
    for part, names in _STATED.items():
        for name in names:
            if not isinstance(_object(stated, part).get(name), str):
                yield f"{part}.{name} is not stated"
    parts = (("input", _OF_INPUT), ("prediction", _OF_PREDICTION), ("clean_prediction", _OF_PREDICTION))
    for part, known in parts:
        for name in sorted(_object(stated, part).keys() - known):
            yield f"{part}.{ascii(name)[1:-1]} is not a field of a certificate, and nothing supports it"


def _same(asked: object, stated: object) -> bool:
    """Whether two values are equal; ``true`` does not equal 1."""
    return isinstance(asked, bool) == isinstance(stated, bool) and asked == stated


def _elements(name: str, shape: object) -> int:
    if not isinstance(shape, list | tuple) or not shape:
        raise UnreadableCertificate(name, "must be a list of whole numbers above 0")
    if not all(type(side) is int and side > 0 for side in shape):
        raise UnreadableCertificate(name, "must hold whole numbers above 0 alone")
    return math.prod(shape)


def _grid_steps(claim: Claim, scale: object) -> float | None:
    """Return sigma in steps of the noise's grid, None without one; ``scale`` is text, ``[low,high]``."""
    low, high = _read_scale(scale) or (math.nan, math.nan)
    try:
        return claim.noise.grid_steps(claim.sigma, low, high)
    except (ValueError, ArithmeticError):
        return None


def _read_scale(scale: object) -> tuple[float, float] | None:
    """Read ``[low,high]``; return None for anything else."""
    if not isinstance(scale, str) or len(scale) > _LONGEST_SCALE:
        return None
    try:
        low, high = json.loads(scale)
        return float(low), float(high)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return None


def _units(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that the radius's unit may have, given the scale and the source of the input."""
    kinds = {"image": ("pixel",), "tensor": ("input",)}.get(str(given.get("source")), ("pixel", "input"))
    where = f"L2 distance in the input space of the model, in {given.get('scale')}"
    return tuple(f"{where} {kind} units" for kind in kinds)


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}
