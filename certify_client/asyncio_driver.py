"""Carries out steps for asyncio: while one waits, other tasks run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar, cast

import httpx

from certify_client.client_errors import ClientError
from certify_client.client_steps import Call, Found, Pause, Steps, Walk, only
from certify_client.http_answers import service_errors

T = TypeVar("T")


class AsyncDriver:
    """Sends requests on one connection. ``place`` names the service in errors."""

    def __init__(self, http: httpx.AsyncClient, place: str) -> None:
        self.http = http
        self.place = place

    async def ask(self, call: Call[T]) -> T:
        """Send one request and return what its answer means."""
        return await self.run(only(call))

    async def run(self, steps: Steps[T]) -> T:
        """Carry out steps, and return their result."""
        walk = Walk(steps)
        while walk.step is not None:
            await self._take(walk)
        return cast("T", walk.result)

    async def each(self, steps: Steps[None]) -> AsyncIterator[Any]:
        """Carry out steps, and yield what they find."""
        walk = Walk(steps)
        while walk.step is not None:
            if isinstance(walk.step, Found):
                yield walk.step.value
                walk.answered(None)
            else:
                await self._take(walk)

    async def _take(self, walk: Walk[T]) -> None:
        try:
            answer = await self._perform(walk.step)
        except ClientError as error:
            walk.failed(error)
        else:
            walk.answered(answer)

    async def _perform(self, step: object) -> Any:
        if isinstance(step, Pause):
            return await asyncio.sleep(step.seconds)
        call = cast("Call[Any]", step)
        with service_errors(self.place):
            return call.read(await self.http.request(call.method, call.path, **call.more))
