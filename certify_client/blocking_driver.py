"""Carries out steps one after the other, and waits for each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeVar, cast

import httpx

from certify_client.client_errors import ClientError
from certify_client.client_steps import Call, Found, Pause, Steps, Walk, only
from certify_client.http_answers import service_errors

T = TypeVar("T")


class Driver:
    """Sends requests on one connection. ``place`` names the service in errors."""

    def __init__(self, http: httpx.Client, place: str) -> None:
        self.http = http
        self.place = place

    def ask(self, call: Call[T]) -> T:
        """Send one request and return what its answer means."""
        return self.run(only(call))

    def run(self, steps: Steps[T]) -> T:
        """Carry out steps, and return their result."""
        walk = Walk(steps)
        while walk.step is not None:
            self._take(walk)
        return cast("T", walk.result)

    def each(self, steps: Steps[None]) -> Iterator[Any]:
        """Carry out steps, and yield what they find."""
        walk = Walk(steps)
        while walk.step is not None:
            if isinstance(walk.step, Found):
                yield walk.step.value
                walk.answered(None)
            else:
                self._take(walk)

    def _take(self, walk: Walk[T]) -> None:
        try:
            answer = self._perform(walk.step)
        except ClientError as error:
            walk.failed(error)
        else:
            walk.answered(answer)

    def _perform(self, step: object) -> Any:
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        call = cast("Call[Any]", step)
        with service_errors(self.place):
            return call.read(self.http.request(call.method, call.path, **call.more))
