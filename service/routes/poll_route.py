"""Answer polls of one job without what FastAPI does for a request."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from service.context import Context
from service.routes.job_answers import look_at_job
from service.routes.who import caller_of

PATH: Final = "/v1/certifications/{job_id}"
_PATH: Final = re.compile(r"/v1/certifications/([^/]+)")


class PollRoute(BaseRoute):
    """Answers as `certification_routes.get`, whose description holds. It must stand before that route.

    Clients read a job again and again, and FastAPI's routing and dependencies would take most of the time.
    Requests with a query are left to the other route, which says what is wrong with them.
    """

    def __init__(self, context: Context) -> None:
        self.path = PATH
        self._context = context
        self._root = context.settings.root_path

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match `GET` of one job without a query."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return Match.NONE, {}
        found = _PATH.fullmatch(scope["path"].removeprefix(self._root))
        if found is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": {"job_id": found[1]}, "route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the job. Raises what the other route would raise."""
        del receive
        caller = await caller_of(self._context, Request(scope))
        look = await look_at_job(self._context, caller, scope["path_params"]["job_id"])
        length = str(len(look.answer)).encode()
        headers = [(b"content-length", length), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": look.answer})
