"""Refuse query parameters that a route does not have, and parameters that are given twice."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request

from certificates import CERTIFIERS
from service.http.problems import FieldError, field_problem, fields_problem
from service.http.wording import shown_name


async def _only_known(request: Request) -> None:
    """Compare the query with the API's description. Raises a ProblemError that names every fault."""
    known = parameters(request)
    faults = [
        FieldError(field=shown_name(name), message=message)
        for name in dict.fromkeys(request.query_params)
        if (message := _fault(name, known, len(request.query_params.getlist(name)))) is not None
    ]
    if faults:
        raise fields_problem(faults)


KnownQuery = Depends(_only_known)
"""For routes below `/v1` and for `/metrics`; health checks ignore their query."""


def check_page(limit: int, most: int) -> None:
    """Raise a ProblemError if a page of ``limit`` entries is larger than the settings allow."""
    if limit > most:
        raise field_problem("limit", f"must be at most {most}")


def check_certifier(name: str | None) -> None:
    """Raise a ProblemError if a list is to be of a certifier that does not exist."""
    if name not in (None, *CERTIFIERS.names()):
        raise field_problem("certifier", f"must be one of {', '.join(CERTIFIERS.names())}")


def parameters(request: Request) -> tuple[str, ...]:
    """Return the names of the query parameters of the request's route."""
    path = getattr(request.scope.get("route"), "path", "")
    operation: dict[str, Any] = request.app.openapi()["paths"].get(path, {}).get(request.method.lower(), {})
    return tuple(entry["name"] for entry in operation.get("parameters", ()) if entry["in"] == "query")


def _fault(name: str, known: tuple[str, ...], times: int) -> str | None:
    if name not in known:
        has = f"it has {', '.join(known)}" if known else "it has none"
        return f"is not a query parameter of this path: {has}"
    return "given more than once" if times > 1 else None
