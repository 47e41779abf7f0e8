"""The caller of a request, as a dependency of the routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.auth.callers import Caller
from service.context import Ctx

_BEARER = HTTPBearer(
    scheme_name="apiKey",
    description="An API key, where the operator has set up keys; without keys nothing is asked for.",
    auto_error=False,
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def _caller(ctx: Ctx, credentials: Credentials) -> Caller:
    return ctx.access.admit(None if credentials is None else credentials.credentials)


Who = Annotated[Caller, Depends(_caller)]
"""The caller of a route whose answer depends on who asks."""
AnyCaller = Depends(_caller)
"""For routes that answer every caller alike."""


async def _reader_of_metrics(ctx: Ctx, credentials: Credentials) -> None:
    if not ctx.settings.metrics_open:
        await _caller(ctx, credentials)


MetricsReader = Depends(_reader_of_metrics)
"""Metrics tell about everybody's jobs: with keys set up they need one, unless a setting opens them."""
