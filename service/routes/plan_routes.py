"""The route that plans a certification before it is submitted."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import ValidationError

from certificates import CERTIFIERS, NOISE_LAWS, Decision
from service.certification.parsing import request_problem
from service.certification.plans import PlanResource, measured_rate, plan_resource
from service.certification.requests import CertificationFields
from service.context import Ctx
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery
from service.routes.who import AnyCaller, Who

RECENT: Final = 100
"""Newest jobs among which a measured rate is looked for. A choice: one read of the store."""

router = APIRouter(prefix="/v1/plans", tags=["plans"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "",
    operation_id="planCertification",
    summary="Plan a certification",
    description="Tells what `n` evaluations can give at most, how many a radius takes, and how long that "
    "lasts at the rate of your recent jobs. Parameters mean the same as in a submission. Nothing is sampled.",
    responses=responses(
        "unauthorized",
        "model-broken",
        "invalid-request",
        "too-many-requests",
        *OF_THE_STORE,
    ),
)
def plan(
    ctx: Ctx,
    caller: Who,
    model: Annotated[str, Query(description="Name of an installed model.")],
    radius: Annotated[
        float | None, Query(gt=0, allow_inf_nan=False, description="Radius to certify, in input units.")
    ] = None,
    score: Annotated[
        float | None,
        Query(gt=0, le=1, allow_inf_nan=False, description="Share of the evaluations that will hit."),
    ] = None,
    certifier: Annotated[str | None, Query(json_schema_extra={"enum": list(CERTIFIERS.names())})] = None,
    bounds: Annotated[str | None, Query(json_schema_extra={"enum": ["tight", "paper"]})] = None,
    decision: Annotated[
        str | None, Query(json_schema_extra={"enum": [one.value for one in Decision]})
    ] = None,
    k: Annotated[int | None, Query(description="Rank of the decision `top_k`.")] = None,
    noise: Annotated[str | None, Query(json_schema_extra={"enum": list(NOISE_LAWS.names())})] = None,
    sigma: Annotated[
        float | None, Query(allow_inf_nan=False, description="Default: what the model was trained with.")
    ] = None,
    n: Annotated[int | None, Query(description="Evaluations. Default: as in a submission.")] = None,
    eta: Annotated[
        float | None, Query(allow_inf_nan=False, description="Default: as in a submission.")
    ] = None,
) -> PlanResource:
    """Check the parameters as those of a submission, and compute the plan."""
    given = {
        "model": model,
        "certifier": certifier,
        "bounds": bounds,
        "decision": decision,
        "k": k,
        "noise": noise,
        "sigma": sigma,
        "n": n,
        "eta": eta,
    }
    try:
        known = {name: value for name, value in given.items() if value is not None}
        fields = CertificationFields.model_validate_json(json.dumps(known))
    except ValidationError as error:
        raise request_problem(error, CertificationFields) from None
    manifest, claim = ctx.submissions.claim(fields, caller)
    recent = ctx.store.list_jobs(RECENT, None, caller.owner).jobs
    return plan_resource(
        claim,
        manifest.name,
        len(manifest.labels),
        ctx.submissions.most(caller),
        radius,
        score,
        measured_rate(recent, claim, manifest.name),
    )
