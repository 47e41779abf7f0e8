"""Routes that list the base classifiers and show one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from registry.input_spec import Layout, Normalisation, ResizeRule
from registry.manifest import MemoryFormat, ModelManifest, Precision
from service.auth.callers import Caller
from service.certification.certificate_resources import Resource
from service.certification.model_offers import (
    LimitsResource,
    OfferResource,
    limits_of,
    offers_of,
)
from service.context import Context, Ctx
from service.http.problems import responses
from service.http.query import KnownQuery
from service.model_verdicts import verdicts
from service.routes.who import AnyCaller, Who

router = APIRouter(prefix="/v1/models", tags=["models"], dependencies=[AnyCaller, KnownQuery])


class ModelInputResource(Resource):
    """The input space, in which sigma and radius are measured."""

    kind: str
    shape: list[int]
    low: float
    high: float
    mode: str | None = Field(description="Order of an image's channels; null for tensors.")
    layout: Layout = Field(
        description="Order of the axes of images: channels before height and width, or after them."
    )
    resize: ResizeRule | None = Field(description="How images are brought to the model's size.")


class ModelResource(Resource):
    """A base classifier."""

    name: str
    description: str | None = Field(description="What it tells apart, and how well; null if nobody said.")
    runtime: str
    sha256: str
    labels: list[str]
    trained_sigma: float | None = Field(description="Default `sigma`; null if trained without noise.")
    licence: str | None = Field(description="Licence of its weights; null if nobody said.")
    source: str | None = Field(description="Where it comes from; null if nobody said.")
    input: ModelInputResource
    normalisation: Normalisation | None = Field(description="Applied by the worker after the noise.")
    precision: Precision | None = Field(description="Precision of the network; null: as in its file.")
    memory_format: MemoryFormat = Field(description="Order of the input's axes in memory.")
    limits: LimitsResource
    offers: list[OfferResource] = Field(description="Certifiers and what a submission may name with them.")
    unloadable: str | None = Field(
        description="Why no live worker can load it, as earlier jobs found out; submissions for it are then "
        "refused. Null if a worker can load it, if none has tried, or if the job store does not answer."
    )


class ModelList(Resource):
    """Models whose folder is valid, and what is wrong with the other folders."""

    models: list[ModelResource]
    broken: dict[str, str] = Field(description="Each model whose folder is broken, with what to do about it.")


@router.get(
    "",
    operation_id="listModels",
    summary="List the installed models",
    description="Lists the models by their folders, whose file's hash and kind are checked. Also says which "
    "models no worker can load although the folder is valid. Folders that begin with `.` or `_` are skipped.",
    responses=responses("unauthorized", "invalid-request", "too-many-requests", "overloaded", "not-ready"),
)
def list_models(ctx: Ctx, caller: Who) -> ModelList:
    """Read the models directory."""
    broken = ctx.registry.problems()
    manifests = [ctx.registry.get(name) for name in ctx.registry.names()]
    told = zip(manifests, verdicts(ctx, manifests), strict=True)
    usable = [_resource(ctx, caller, manifest, reason) for manifest, reason in told]
    return ModelList(models=usable, broken=broken)


@router.get(
    "/{name}",
    operation_id="getModel",
    summary="Describe one model",
    description="The same as in the list: what the model's folder and file show, and what workers report.",
    responses=responses(
        "unauthorized",
        "model-not-found",
        "model-broken",
        "invalid-request",
        "too-many-requests",
        "overloaded",
        "not-ready",
    ),
)
def get_model(
    ctx: Ctx, caller: Who, name: Annotated[str, Path(description="Name of a model.", examples=["mnist"])]
) -> ModelResource:
    """Read one model's manifest."""
    manifest = ctx.registry.get(name)
    return _resource(ctx, caller, manifest, *verdicts(ctx, [manifest]))


def _resource(ctx: Context, caller: Caller, manifest: ModelManifest, unloadable: str | None) -> ModelResource:
    fields = manifest.model_dump(exclude={"file", "batch_size", "threads", "origin"})
    offered = {
        "limits": limits_of(manifest, ctx.settings, caller),
        "offers": offers_of(manifest),
    }
    return ModelResource.model_validate({**fields, **offered, "unloadable": unloadable})
