"""`python -m service` starts the gateway."""

from __future__ import annotations

import uvicorn

from service.app import create_app
from service.logs import configure_logging
from service.serving import protocol
from service.settings import GatewaySettings

GRACE_S = 10
"""After a signal to stop, answers under way have this long to end."""


def main() -> None:
    """Serve until a signal comes."""
    settings = GatewaySettings()
    configure_logging(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=protocol(settings),
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=GRACE_S,
    )


if __name__ == "__main__":
    main()
