"""The table of problem types (RFC 9457), and the exception that carries one. Every error answer uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
URI_PREFIX = "urn:certification-service:problem:"
MAX_FIELD_ERRORS = 20
"""A longer list of field errors is cut here, since one bad tensor can have 150,000. A choice: what a person
reads."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of error: its stable slug, HTTP status and title, and when it occurs."""

    slug: str
    status: int
    title: str
    when: str

    @property
    def uri(self) -> str:
        """The problem's ``type``: stable, and not meant to be fetched."""
        return URI_PREFIX + self.slug


def _table(*types: ProblemType) -> dict[str, ProblemType]:
    return {kind.slug: kind for kind in types}


PROBLEMS: dict[str, ProblemType] = _table(
    ProblemType("bad-request", 400, "Bad request", "The request is not valid HTTP for this route."),
    ProblemType("malformed-body", 400, "Malformed body", "The body is empty, or is neither JSON nor a form."),
    ProblemType("unauthorized", 401, "Unauthorized", "API keys are set up here, and no valid one was sent."),
    ProblemType(
        "origin-not-allowed",
        403,
        "Origin not allowed",
        "This gateway does not serve pages of this origin, or does not answer to this host name.",
    ),
    ProblemType("not-found", 404, "Not found", "There is no such path."),
    ProblemType("job-not-found", 404, "No such job", "The id names no stored job."),
    ProblemType("run-not-found", 404, "No such run", "The id names no stored run."),
    ProblemType("model-not-found", 404, "No such model", "No model of that name is installed."),
    ProblemType("method-not-allowed", 405, "Method not allowed", "The path exists, the method does not."),
    ProblemType("not-acceptable", 406, "Not acceptable", "No form of the answer suits the Accept header."),
    ProblemType("body-timeout", 408, "Body too slow", "The body did not arrive in time."),
    ProblemType("model-broken", 409, "Model broken", "The model is installed but its folder is broken."),
    ProblemType("run-closed", 409, "Run closed", "The run was cancelled and takes no more rows."),
    ProblemType("run-full", 409, "Run full", "The run has as many rows as a run may have."),
    ProblemType("run-model-changed", 409, "Run's model changed", "The run's model was replaced meanwhile."),
    ProblemType("no-curve", 409, "No curve", "The job has no certificate, or one that no curve shows."),
    ProblemType("body-too-large", 413, "Body too large", "The body is larger than the gateway accepts."),
    ProblemType("unsupported-media-type", 415, "Unsupported media type", "Its content type is not accepted."),
    ProblemType("invalid-request", 422, "Invalid request", "A field is missing, unknown or out of range."),
    ProblemType("invalid-image", 422, "Invalid image", "The image is damaged or not of an accepted kind."),
    ProblemType("image-too-large", 422, "Image too large", "The image has more pixels than accepted."),
    ProblemType("invalid-tensor", 422, "Invalid tensor", "Wrong shape, or values outside the model's scale."),
    ProblemType(
        "idempotency-key-reused",
        422,
        "Idempotency key reused",
        "The key was used before with a different request.",
    ),
    ProblemType("too-many-requests", 429, "Too many requests", "The key made too many requests in a minute."),
    ProblemType("too-many-jobs", 429, "Too many jobs", "The key has as many unfinished jobs as it may."),
    ProblemType("too-many-runs", 429, "Too many runs", "The key has as many stored runs as it may."),
    ProblemType("internal-error", 500, "Internal error", "A defect of the service; the log has the cause."),
    ProblemType("unsupported-record", 500, "Unsupported record", "The job was stored by another release."),
    ProblemType(
        "overloaded", 503, "Overloaded", "The queue, the store or the gateway is full; nothing was stored."
    ),
    ProblemType("store-unavailable", 503, "Store unavailable", "The job store does not answer. Try again."),
    ProblemType("not-ready", 503, "Not ready", "Jobs cannot run now; the checks say why."),
)


OF_THE_STORE = ("unsupported-record", "overloaded", "store-unavailable", "not-ready")
"""Problems of every route that reads jobs or runs; ``not-ready`` while the keys file cannot be read."""
OF_A_BODY = ("malformed-body", "body-timeout", "body-too-large", "unsupported-media-type", "invalid-request")
"""Problems of every route that reads a body."""
OF_AN_INPUT = (*OF_A_BODY, "model-broken", "invalid-image", "image-too-large", "invalid-tensor")
"""Problems of every route whose body holds an image or a tensor for a model."""


class FieldError(BaseModel):
    """One fault of one field of the request."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="Name of the field, for example `n` or `tensor.data[3]`.")
    message: str = Field(description="What is wrong with it and what is accepted.")


class Problem(BaseModel):
    """Problem details (RFC 9457). `type` is stable; programs should decide by it alone."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Stable identifier of the kind of problem.")
    title: str = Field(description="The kind of problem in words; the same for every occurrence.")
    status: int = Field(description="The HTTP status code.")
    detail: str = Field(description="What happened this time and what to do.")
    instance: str = Field(description="The path that was asked for.")
    request_id: str = Field(description="Also in the `X-Request-ID` header and in the gateway's log.")
    errors: list[FieldError] = Field(default=[], description="The fields at fault, if fields are.")


class ProblemError(Exception):
    """Raised anywhere in the gateway to answer with a problem document."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = PROBLEMS[slug]
        self.detail = detail
        self.errors = errors[:MAX_FIELD_ERRORS]
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})

    def response(self, instance: str, request_id: str) -> JSONResponse:
        """Build the answer; ``extensions`` are added as members of the document."""
        problem = Problem(
            type=self.kind.uri,
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            instance=instance,
            request_id=request_id,
            errors=list(self.errors),
        )
        return JSONResponse(
            self.extensions | problem.model_dump(mode="json"),
            status_code=self.kind.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def field_problem(field: str, message: str, slug: str = "invalid-request") -> ProblemError:
    """Make a problem with one field."""
    return ProblemError(slug, f"{field}: {message}", errors=(FieldError(field=field, message=message),))


def fields_problem(errors: list[FieldError]) -> ProblemError:
    """Make one problem for several fields."""
    shown = "; ".join(f"{error.field}: {error.message}" for error in errors[:3])
    more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
    return ProblemError("invalid-request", shown + more, errors=tuple(errors))


def responses(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's ``responses`` for a route with these problems, in the order of PROBLEMS.

    403 and 500 are always added.
    """
    grouped: dict[int, list[ProblemType]] = {}
    listed = {*slugs, "origin-not-allowed", "internal-error"}
    for slug in sorted(listed, key=list(PROBLEMS).index):
        grouped.setdefault(PROBLEMS[slug].status, []).append(PROBLEMS[slug])
    return {
        status: {
            "description": " ".join(kind.when for kind in kinds),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {kind.slug: {"value": _example(kind)} for kind in kinds},
                }
            },
        }
        for status, kinds in grouped.items()
    }


def _example(kind: ProblemType) -> dict[str, Any]:
    errors = (
        [FieldError(field=_EXAMPLE_FIELDS[kind.slug], message=kind.when)]
        if kind.slug in _EXAMPLE_FIELDS
        else []
    )
    return Problem(
        type=kind.uri,
        title=kind.title,
        status=kind.status,
        detail=kind.when,
        instance="/v1/certifications",
        request_id="V1StGXR8Z5jdHi6BmyTq0w",
        errors=errors,
    ).model_dump(mode="json")


_EXAMPLE_FIELDS = {
    "model-broken": "model",
    "invalid-request": "n",
    "invalid-image": "image",
    "image-too-large": "image",
    "invalid-tensor": "tensor.data",
    "idempotency-key-reused": "Idempotency-Key",
}
