"""`python -m service` starts the gateway."""

from __future__ import annotations

import gc
import os
import sys

import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError

from jobs.open_files import raise_limit
from jobs.shared_settings import faults
from jobs.tracing import TRACES, CannotTrace
from registry.fault_words import fault_in_words
from service.auth.keyring import KeysFileError
from service.gateway_app import create_app
from service.gateway_settings import GatewaySettings
from service.http.connection_limit import capacity
from service.http.memory_return import give_back_what_is_freed
from service.http.request_logs import configure_logging
from service.http.serving import protocol

GRACE_S = 10
"""After a signal to stop, answers under way have this long to end. A choice, below the 20 s after which
compose kills the gateway."""


def main() -> int:
    """Serve until a signal; return exit status 2 if the settings or the keys file are not valid."""
    give_back_what_is_freed()
    files = raise_limit()
    try:
        settings = GatewaySettings()
        configure_logging(settings.log_level, settings.log_format)
        possible = capacity(files, settings.max_connections)
        settings = settings.model_copy(update={"max_connections": possible.connections})
        TRACES.switch_on("certification-gateway", os.environ)
        app = create_app(settings)
    except (ValidationError, SettingsError) as error:
        return _refuse(faults(error, fault_in_words))
    except (KeysFileError, CannotTrace) as error:
        return _refuse(str(error))
    gc.collect()
    gc.freeze()  # what is there by now stays: the collector need not go through it again and again
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        backlog=possible.backlog,
        log_config=None,
        access_log=False,
        server_header=False,
        http=protocol(settings),
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=GRACE_S,
    )
    TRACES.end()
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"the gateway cannot start: {reason}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
