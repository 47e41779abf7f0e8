"""Check a certificate without trusting its issuer: compute bounds and radius again from its counts.

Everything that follows from the counts is checked. The counts cannot show that they were really sampled as
the certificate says: SECURITY.md lists what remains. To check that too, run the job again with its seed and
model, and compare.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from certificates import Claim, EndedBy, Evidence
from certificates.bounds.plausible_sums import implausible
from verification.certificate_comparison import radius_faults, shown, statement_faults
from verification.label_check import label_check
from verification.plain_json import check_plain
from verification.surroundings import context_faults, end_check, request_check
from verification.verdict import Check, UnreadableCertificate, Verdict

RADIUS: Final = "The radius is the one that the counts give."
STATEMENTS: Final = "The bounds, the estimates and the division of eta are those that the counts give."
COUNTS: Final = "Samples can have given these counts."
INPUT: Final = "The claim is about the input and the class that the certificate names."

_NEEDED = ("radius", "ended_by", "claim", "counts")
T = TypeVar("T")


def verify(
    document: Mapping[str, Any], most_classes: int | None = None, labels: Sequence[str] | None = None
) -> Verdict:
    """Recompute a certificate from its counts and compare everything it states.

    Args:
        document: the service's answer for a job that has a certificate, or its ``certificate`` alone.
            In a whole answer, the certificate must also agree with the request and with how the job ended;
            for a certificate alone, the verdict says what could not be compared.
        most_classes: more classes in the counts are refused, since the time of some bounds grows with the
            square of their number. None: any number.
        labels: what the model that the certificate names calls its classes, in their order. None: not known;
            the verdict then says that the label could not be checked.

    Returns:
        The verdict, with one sentence for each statement that the counts do not support.

    Raises:
        UnreadableCertificate: the document holds no certificate that could be checked.

    """
    check_plain(document)
    stated, where = _certificate(document)
    claimed = _radius(stated["radius"], where)
    claim = _read(f"{where}claim", Claim.from_dict, stated["claim"])
    evidence = _read(f"{where}counts", Evidence.from_dict, stated["counts"])
    if most_classes is not None and (classes := _classes(evidence)) > most_classes:
        raise UnreadableCertificate(f"{where}counts", f"hold {classes:,} classes, more than {most_classes:,}")
    ended_by = _read(f"{where}ended_by", EndedBy, stated["ended_by"])
    around = (
        Check("input", INPUT, tuple(context_faults(stated, claim, evidence, where))),
        label_check(stated, labels, None if evidence.hits is None else len(evidence.hits.per_class)),
        end_check(document, stated, claim),
        request_check(document, stated, claim),
    )
    supported, found = _recomputed(stated, claimed, claim, evidence, ended_by)
    return Verdict(claimed, supported, (*found, *around))


def _recomputed(
    stated: Mapping[str, Any], claimed: float, claim: Claim, evidence: Evidence, ended_by: EndedBy
) -> tuple[float, tuple[Check, ...]]:
    """Return the radius that the counts support, and what follows from claim and counts alone."""
    try:
        certificate = claim.certificate(evidence, ended_by)
    except (ValueError, ArithmeticError) as error:
        unsupported = f"the counts support no such certificate: {error}"
        return 0.0, (Check("radius", RADIUS, (unsupported,)),)
    return certificate.radius, (
        Check("radius", RADIUS, tuple(radius_faults(claimed, certificate.radius))),
        Check("statements", STATEMENTS, tuple(statement_faults(stated, certificate))),
        Check("counts", COUNTS, tuple(implausible(evidence))),
    )


def _certificate(document: object) -> tuple[Mapping[str, Any], str]:
    """Return the certificate, and what stands before the names of its fields in the document."""
    if not isinstance(document, Mapping):
        raise UnreadableCertificate("", "is not a JSON object")
    where = "certificate." if "certificate" in document else ""
    stated = document.get("certificate", document)
    if not isinstance(stated, Mapping):
        raise UnreadableCertificate(
            "certificate", f"is not there; the document's status is {shown(document.get('status'))}"
        )
    if missing := [name for name in _NEEDED if name not in stated]:
        raise UnreadableCertificate(
            f"{where}{missing[0]}", f"is missing: a certificate holds {', '.join(_NEEDED)}"
        )
    return stated, where


def _classes(evidence: Evidence) -> int:
    votes = () if evidence.hits is None else evidence.hits.per_class
    sums = (None if evidence.gradient is None else evidence.gradient.per_class) or ()
    return max(len(votes), len(sums))


def _read(field: str, reader: Callable[[Any], T], stated: object) -> T:
    try:
        return reader(stated)
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise UnreadableCertificate(field, f"cannot be read: {str(error)[:300]}") from error


def _radius(radius: object, where: str) -> float:
    if isinstance(radius, bool) or not isinstance(radius, int | float) or not 0.0 <= radius < math.inf:
        raise UnreadableCertificate(f"{where}radius", "must be a finite number that is not negative")
    return float(radius)
