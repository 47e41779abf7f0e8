"""Verifications: whether the counts of a certificate support all that it states, check by check.

Beside the checks, an answer says whether the model that the certificate names is one of this service's.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from registry.model_folders import Registry
from service.certification.certificate_resources import Resource
from service.certification.stated_models import StatedModelResource, stated_model
from service.http.problems import ProblemError, field_problem
from service.http.wording import shown_name
from verification.certificate_check import verify
from verification.document_text import UnreadableText, parse
from verification.verdict import Check, CheckName, UnreadableCertificate

MOST_BYTES: Final = 2**20
"""Longest document. A choice: a multi-class certificate of second order takes about 200 bytes a class, so
that one of 1,000 classes takes a fifth of it."""
MOST_CLASSES: Final = 2_000
"""Most classes. A choice: the bounds of so many take a second at most; `certify verify` takes any number."""
MOST_FAULTS: Final = 20
"""Most faults of one check that are told. A choice: a forged document can have one for each of its values."""

Outcome = Literal["passed", "failed", "not_made"]


class CheckResource(Resource):
    """One thing that was compared."""

    name: CheckName = Field(
        description="`radius`, `statements` and `counts` follow from the counts alone; `input`, `end` and "
        "`request` compare the certificate with what else the document holds; `label` compares the labels "
        "with those of the model, if `model.status` is `here`. If the counts give no such certificate at "
        "all, `radius` says so, and `statements` and `counts` are not there."
    )
    outcome: Outcome = Field(description="`not_made`: the document lacks what would have been compared.")
    about: str = Field(description="A sentence that is true if the check is passed.")
    sentences: list[str] = Field(
        description=f"What is wrong, at most {MOST_FAULTS} sentences; or what could not be compared, and why."
    )
    faults: int = Field(description="How many statements are not supported, told or not.")


class VerdictResource(Resource):
    """The verdict on a certificate, computed anew from its counts. No stored job is read."""

    valid: bool = Field(
        description="Whether no check failed. Checks that were not made do not change it: read them too."
    )
    headline: str = Field(
        description="The verdict in one or two sentences. If the radius is right and the claim does not "
        "hold, they name the checks that failed."
    )
    claimed_radius: float = Field(description="The radius that the certificate states, in input units.")
    radius: float = Field(description="The radius that its counts support; 0 if they support none.")
    checks: list[CheckResource]
    model: StatedModelResource
    not_shown: list[str] = Field(
        description="What this verdict does not show, whatever it is, a sentence each. The first: that the "
        "model and the input gave these counts."
    )


def verdict_resource(body: bytearray, models: Registry) -> VerdictResource:
    """Verify a document: a job's answer with its certificate, or the certificate alone.

    Raises ProblemError: ``malformed-body`` if the body is no JSON object or is nested too deep,
    ``invalid-request``, which names the field at fault, if it holds no certificate that could be checked.
    """
    try:
        document = parse(bytes(body))
        model, labels = stated_model(document, models)
        verdict = verify(document, MOST_CLASSES, labels)
    except UnreadableText as error:
        raise ProblemError("malformed-body", f"The body cannot be read: {error}.") from error
    except UnreadableCertificate as error:
        raise _unreadable(error) from error
    return VerdictResource(
        valid=verdict.holds,
        headline=verdict.headline,
        claimed_radius=verdict.claimed_radius,
        radius=verdict.radius,
        checks=[_check_resource(check) for check in verdict.checks],
        model=model,
        not_shown=list(verdict.not_shown),
    )


def _unreadable(error: UnreadableCertificate) -> ProblemError:
    if not error.field:
        return ProblemError("malformed-body", f"The document {error.what}.")
    return field_problem(shown_name(error.field), error.what)


def _check_resource(check: Check) -> CheckResource:
    if check.faults:
        return _resource(check, "failed", list(check.faults[:MOST_FAULTS]))
    if check.unchecked is not None:
        return _resource(check, "not_made", [check.unchecked])
    return _resource(check, "passed", [])


def _resource(check: Check, outcome: Outcome, sentences: list[str]) -> CheckResource:
    return CheckResource(
        name=check.name, outcome=outcome, about=check.about, sentences=sentences, faults=len(check.faults)
    )
