"""The API's description, as the app serves it at `/openapi.json`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from service.certification.requests import CertificationForm, CertificationJson
from service.certification.resources import JobResource, ProgressEvent
from service.http.problems import Problem

_TEMPLATE = "#/components/schemas/{model}"


def describe(app: FastAPI) -> None:
    """Make the app serve a description with the schemas that FastAPI cannot see in the signatures."""
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
    """FastAPI announces its own 422 for every route with parameters; ours is a problem document."""
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]


def _schemas() -> dict[str, Any]:
    """Request bodies and event data are read and written by hand, so their schemas are added by hand."""
    _, requests = models_json_schema(
        [(CertificationJson, "validation"), (CertificationForm, "validation")], ref_template=_TEMPLATE
    )
    _, answers = models_json_schema(
        [(Problem, "serialization"), (ProgressEvent, "serialization"), (JobResource, "serialization")],
        ref_template=_TEMPLATE,
    )
    return {**requests["$defs"], **answers["$defs"]}
