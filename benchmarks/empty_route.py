"""One empty route under the gateway's HTTP server: ``python -m benchmarks.empty_route PORT``.

What it takes for a request is what the HTTP server and the framework cost. With ``bare`` as a second argument
the framework is left out, so that only the HTTP server is left: below that no route can go.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.gateway_settings import GatewaySettings
from service.http.serving import protocol

BODY = b"{" + b" " * 1500 + b"}"
"""About as long as the status of a job that has not ended."""


def framework() -> FastAPI:
    """Return an application of one route."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/{name}")
    async def empty(name: str) -> Response:
        del name
        return Response(BODY, media_type="application/json")

    return app


async def server_alone(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without a framework."""
    del receive
    if scope["type"] != "http":
        return
    length = str(len(BODY)).encode()
    headers = [(b"content-length", length), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def main() -> None:
    """Serve until a signal."""
    app: ASGIApp = server_alone if "bare" in sys.argv[2:] else framework()
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        http=protocol(GatewaySettings()),
    )


if __name__ == "__main__":
    main()
