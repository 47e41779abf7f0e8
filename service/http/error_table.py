"""The one table that maps errors to problem documents and HTTP statuses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from jobs.job_errors import (
    CertificationError,
    InvalidCursor,
    JobConflict,
    JobNotFound,
    OwnerFull,
    OwnerRunsFull,
    RunClosed,
    RunFull,
    RunNotFound,
    StoreFull,
    StoreNotDurable,
    StoreUnavailable,
    UnsupportedRecord,
)
from registry.fault_words import fault_in_words
from registry.model_errors import ModelBroken, ModelError, ModelNotFound
from service.http.problems import FieldError, ProblemError, field_problem, fields_problem
from service.http.request_logs import request_id

RETRY_AFTER_S: Final = "2"

_logger = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Make the app answer errors with problem documents. `service.http.edge` handles all other exceptions."""
    for kind in (ProblemError, HTTPException, RequestValidationError, CertificationError, ModelError):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    problem = _problem(request, error)
    if problem.kind.status >= 500 and problem.kind.slug != "not-ready":
        _logger.error("%s: %s", problem.kind.slug, error)
    return problem.response(request.url.path, request_id.get() or "")


def _problem(request: Request, error: Exception) -> ProblemError:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, HTTPException):
        return _http(request, error)
    if isinstance(error, RequestValidationError):
        return fields_problem(_parameter_errors(error))
    return next((make(error) for kind, make in _TABLE.items() if isinstance(error, kind)), _DEFECT)


_RETRY_FULL: Final = {"Retry-After": "10"}
_RETRY_RUNS: Final = {"Retry-After": "600"}
"""Runs are kept for days, and deleted by a sweep: sooner is of no use. A choice."""
_RETRY: Final = {"Retry-After": RETRY_AFTER_S}
_DEFECT: Final = ProblemError("internal-error", "The request failed; the log has the cause.")
_TABLE: Final[dict[type[Exception], Callable[[Exception], ProblemError]]] = {
    JobNotFound: lambda _: ProblemError("job-not-found", "No such job: the id is wrong or it has expired."),
    RunNotFound: lambda _: ProblemError("run-not-found", "No such run: the id is wrong or it has expired."),
    RunClosed: lambda error: ProblemError("run-closed", f"Nothing was stored: {error}."),
    RunFull: lambda error: ProblemError("run-full", f"Nothing was stored: {error}."),
    JobConflict: lambda error: field_problem("Idempotency-Key", str(error), "idempotency-key-reused"),
    StoreFull: lambda error: ProblemError("overloaded", _sentence(error), headers=_RETRY_FULL),
    OwnerFull: lambda error: ProblemError("too-many-jobs", _sentence(error), headers=_RETRY_FULL),
    OwnerRunsFull: lambda error: ProblemError("too-many-runs", _sentence(error), headers=_RETRY_RUNS),
    InvalidCursor: lambda error: field_problem("cursor", str(error)),
    UnsupportedRecord: lambda error: ProblemError("unsupported-record", str(error)),
    StoreNotDurable: lambda error: ProblemError("not-ready", _sentence(error), headers=_RETRY),
    StoreUnavailable: lambda _: ProblemError(
        "store-unavailable", "The job store does not answer. Try again later.", headers=_RETRY
    ),
    ModelNotFound: lambda _: ProblemError(
        "model-not-found", "No such model is installed; GET /v1/models lists those that are."
    ),
    ModelBroken: lambda error: field_problem("model", str(error), "model-broken"),
    ModelError: lambda error: ProblemError("not-ready", str(error), headers=_RETRY),
}
"""The first match wins, so a subclass must come before its base."""


def _sentence(error: Exception) -> str:
    return f"Nothing was stored: {error}. Try again later."


def _parameter_errors(error: RequestValidationError) -> list[FieldError]:
    """``("query", "limit")`` is the field ``limit``."""
    return [
        FieldError(field=".".join(str(part)[:64] for part in fault["loc"][1:]), message=fault_in_words(fault))
        for fault in error.errors()
    ]


def _http(request: Request, error: HTTPException) -> ProblemError:
    """Translate the framework's own refusals."""
    if error.status_code == 404:
        shorter = " Try it without the slash at its end." if request.url.path.endswith("/") else ""
        return ProblemError(
            "not-found", f"There is no such path.{shorter} GET /openapi.json describes the API."
        )
    if error.status_code == 405:
        return ProblemError(
            "method-not-allowed",
            f"{request.method} is not possible here; possible: {_allowed(request)}.",
            headers={"Allow": _allowed(request)},
        )
    return ProblemError("bad-request" if error.status_code < 500 else "internal-error", str(error.detail))


def _allowed(request: Request) -> str:
    """List all methods of the path; the framework lists only those of the first route that has it."""
    path = getattr(request.scope.get("route"), "path", "")
    described = {method.upper() for method in request.app.openapi()["paths"].get(path, {"get": None})}
    return ", ".join(sorted(described | ({"HEAD"} if "GET" in described else set())))
