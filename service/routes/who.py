"""The caller of a request, as a dependency of the routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.auth.callers import Caller
from service.context import Context, Ctx

_BEARER = HTTPBearer(
    scheme_name="apiKey",
    description="An API key, if the operator has set up keys. Otherwise no key is needed.",
    auto_error=False,
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def caller_of(ctx: Context, request: Request) -> Caller:
    """Return who sent a request. Raises ProblemError ``unauthorized`` or ``too-many-requests``."""
    return await _caller(ctx, await _BEARER(request))


async def _caller(ctx: Ctx, credentials: Credentials) -> Caller:
    return ctx.access.admit(None if credentials is None else credentials.credentials)


Who = Annotated[Caller, Depends(_caller)]
"""Parameter of routes whose answer depends on the caller."""
AnyCaller = Depends(_caller)
"""Dependency of routes that need a valid key but answer every caller alike."""


async def _reader_of_metrics(ctx: Ctx, credentials: Credentials) -> None:
    if not ctx.settings.metrics_open:
        await _caller(ctx, credentials)


MetricsReader = Depends(_reader_of_metrics)
"""Metrics describe the jobs of all owners. With keys set up they need one, unless a setting opens them."""
