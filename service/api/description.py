"""Complete the API's OpenAPI description, which the app serves at `/openapi.json`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from service.certification.previews import PreviewForm, PreviewJson
from service.certification.requests import CertificationForm, CertificationJson
from service.certification.resources import JobResource, ProgressEvent
from service.http.problems import Problem
from service.runs.run_requests import RowForm, RowJson, RunFields, SkippedFields

_TEMPLATE = "#/components/schemas/{model}"


def describe(app: FastAPI) -> None:
    """Add the schemas that FastAPI cannot find in the routes' signatures to the app's description."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            document["components"]["schemas"].update(_schemas())
            _drop_framework_errors(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # the documented way to extend the description


def _drop_framework_errors(document: dict[str, Any]) -> None:
    """Remove FastAPI's own 422 from routes with parameters, since this API answers with problem documents."""
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]


def _schemas() -> dict[str, Any]:
    """Return the schemas of request bodies and event data, which FastAPI does not read or write itself."""
    _, requests = models_json_schema(
        [
            (CertificationJson, "validation"),
            (CertificationForm, "validation"),
            (PreviewJson, "validation"),
            (PreviewForm, "validation"),
            (RunFields, "validation"),
            (SkippedFields, "validation"),
            (RowJson, "validation"),
            (RowForm, "validation"),
        ],
        ref_template=_TEMPLATE,
    )
    _, answers = models_json_schema(
        [(Problem, "serialization"), (ProgressEvent, "serialization"), (JobResource, "serialization")],
        ref_template=_TEMPLATE,
    )
    return {**requests["$defs"], **answers["$defs"]}
