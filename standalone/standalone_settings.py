"""Settings of the standalone service. One prefix, ``CERTIFY_``; nothing is read at import."""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings

from jobs.server_address import ServerUrl
from jobs.shared_settings import CONFIG


class StandaloneSettings(BaseSettings):
    """The addresses that the programs listen on, and the folder of the embedded server's data.

    Every field is read from ``CERTIFY_<NAME>``; the server's URL also from ``REDIS_URL``. Gateway and
    workers read their own settings from the same environment.
    """

    model_config = CONFIG

    redis_url: ServerUrl | None = Field(
        default=None,
        validation_alias=AliasChoices("CERTIFY_REDIS_URL", "REDIS_URL"),
        description="Server to use instead of the embedded one.",
        repr=False,
    )
    server_port: int = Field(
        default=6390, ge=1, le=65535, description="Port of the embedded server, on 127.0.0.1."
    )
    data_dir: Path = Field(
        default=Path(".data"), description="Folder of the embedded server's append-only file, and of logs."
    )
    host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the gateway listens on.")
    workers: int = Field(default=1, ge=1, le=64, description="Number of workers to start.")

    @property
    def broker_url(self) -> str:
        """URL of the server that gateway and workers use."""
        return self.redis_url or f"redis://127.0.0.1:{self.server_port}/0"

    @property
    def gateway_url(self) -> str:
        """URL under which this machine reaches the gateway."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"
