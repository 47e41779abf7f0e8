"""The route that shows an input as the model sees it, before anything is submitted."""

from __future__ import annotations

import math
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from certificates import Noise
from registry.input_spec import MAX_ELEMENTS
from service.certification.parsing import read_fields, read_json
from service.certification.previews import PreviewFields, PreviewJson, PreviewResource, preview_resource
from service.certification.tensors import Tensor
from service.context import Context, Ctx
from service.http.bodies import Form
from service.http.problems import OF_AN_INPUT, field_problem, responses
from service.http.query import KnownQuery
from service.routes.submitted_bodies import submitted_body
from service.routes.who import AnyCaller, Who

router = APIRouter(tags=["plans"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    "/v1/previews",
    operation_id="previewInput",
    summary="Show an input as the model sees it",
    description="Decodes an image or a tensor and refuses what a submission would refuse. Answers "
    "with the picture that the model gets, what was done to it, and noisy copies. Nothing is stored.",
    response_model=PreviewResource,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"$ref": "#/components/schemas/PreviewForm"},
                    "examples": {
                        "copies": {
                            "value": {"model": "mnist", "sigma": 0.5, "copies": 8, "image": "(a file)"}
                        }
                    },
                },
                "application/json": {"schema": {"$ref": "#/components/schemas/PreviewJson"}},
            },
        }
    },
    responses=responses(
        *OF_AN_INPUT,
        "unauthorized",
        "too-many-requests",
        "overloaded",
        "not-ready",
    ),
)
async def preview(request: Request, ctx: Ctx, caller: Who) -> Response:
    """Read the body on the event loop; decode it and draw the pictures in a thread."""
    with ctx.held.share(caller.owner) as held:
        body = await submitted_body(request, ctx, caller, held)
        with ctx.requests.share() as work:
            work.take(1)
            async with ctx.decoding:
                shown = await anyio.to_thread.run_sync(partial(_preview, ctx, body))
    return Response(shown.model_dump_json(), media_type="application/json")


def _preview(ctx: Context, body: bytearray | Form) -> PreviewResource:
    fields, given = _read(body)
    manifest = ctx.submissions.model(fields.model)
    ctx.submissions.check_sigma(fields.sigma, manifest)
    most = max(1, MAX_ELEMENTS // math.prod(manifest.input.shape))
    if fields.copies > most:
        raise field_problem("copies", f"must be at most {most} for model {manifest.name}")
    decoded = ctx.submissions.decode(given, manifest, Noise.GAUSSIAN)
    return preview_resource(manifest.name, manifest.input, decoded, fields)


def _read(body: bytearray | Form) -> tuple[PreviewFields, bytes | Tensor]:
    if isinstance(body, bytearray):
        return read_json(body, PreviewJson)
    return read_fields(body, PreviewFields)
