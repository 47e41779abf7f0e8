"""Check a certificate without trusting its issuer: compute bounds and radius again from its counts.

Everything that follows from the counts is checked. The counts cannot show that they were really sampled as
the certificate says: SECURITY.md lists what remains. To check that too, run the job again with its seed and
model, and compare.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from certificates import Claim, EndedBy, Evidence
from certificates.bounds.plausible_sums import implausible
from verification.certificate_comparison import radius_faults, shown, statement_faults
from verification.plain_json import check_plain
from verification.surroundings import context_faults, job_faults, unchecked
from verification.verdict import UnreadableCertificate, Verdict

_NEEDED = frozenset({"radius", "ended_by", "claim", "counts"})


def verify(document: Mapping[str, Any]) -> Verdict:
    """Recompute a certificate from its counts and compare everything it states.

    Args:
        document: the service's answer for a job that has a certificate, or its ``certificate`` alone.
            In a whole answer, the certificate must also agree with the request and with how the job ended;
            for a certificate alone, the verdict says what could not be compared.

    Returns:
        The verdict, with one sentence for each statement that the counts do not support.

    Raises:
        UnreadableCertificate: the document holds no certificate that could be checked.

    """
    check_plain(document)
    stated = _certificate(document)
    claimed = _radius(stated["radius"])
    try:
        claim, evidence = Claim.from_dict(stated["claim"]), Evidence.from_dict(stated["counts"])
        ended_by = EndedBy(stated["ended_by"])
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise UnreadableCertificate(f"the certificate cannot be read: {str(error)[:300]}") from error
    faults = [*context_faults(stated, claim, evidence), *job_faults(document, stated, claim)]
    missing = tuple(unchecked(document, stated))
    try:
        certificate = claim.certificate(evidence, ended_by)
    except (ValueError, ArithmeticError) as error:
        unsupported = f"the counts support no such certificate: {error}"
        return Verdict(claimed, 0.0, (unsupported, *faults), missing)
    found = [*radius_faults(claimed, certificate.radius), *statement_faults(stated, certificate)]
    return Verdict(claimed, certificate.radius, (*found, *implausible(evidence), *faults), missing)


def _certificate(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise UnreadableCertificate("the document is not a JSON object")
    stated = document.get("certificate", document)
    if not isinstance(stated, Mapping):
        raise UnreadableCertificate(
            f"the document holds no certificate; its status is {shown(document.get('status'))}"
        )
    if missing := _NEEDED - stated.keys():
        raise UnreadableCertificate(f"the certificate lacks {', '.join(sorted(missing))}")
    return stated


def _radius(radius: object) -> float:
    if isinstance(radius, bool) or not isinstance(radius, int | float) or not 0.0 <= radius < math.inf:
        raise UnreadableCertificate("radius must be a finite number that is not negative")
    return float(radius)
